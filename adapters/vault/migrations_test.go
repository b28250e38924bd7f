package vault_test

import "testing"

func TestEveryTableAndColumnIsExplained(t *testing.T) {
	pool := testPool(t)
	if n := query[int](t, pool, `SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relname IN ('subject_keys', 'blind_index')
		AND relnamespace = 'ledger'::regnamespace AND obj_description(oid, 'pg_class') IS NOT NULL`); n != 2 {
		t.Errorf("%d of 2 tables have a comment", n)
	}
	missing := query[[]string](t, pool, `SELECT coalesce(array_agg(attrelid::regclass || '.' || attname), '{}') FROM pg_attribute
		WHERE attrelid IN ('ledger.subject_keys'::regclass, 'ledger.blind_index'::regclass)
		AND attnum > 0 AND NOT attisdropped AND col_description(attrelid, attnum) IS NULL`)
	if len(missing) > 0 {
		t.Errorf("no comment on %v", missing)
	}
}
