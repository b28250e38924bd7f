-- +goose Up
-- Analysts log in with roles of their own that are members of this one. The role is the server's, not
-- the database's: another database may have made it, or make it at this very moment.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'analyst') THEN
        BEGIN
            CREATE ROLE analyst NOLOGIN;
        EXCEPTION
            WHEN duplicate_object OR unique_violation THEN NULL;
            WHEN insufficient_privilege THEN
                RAISE WARNING 'The role analyst is missing and % may not create it. Have an administrator run: CREATE ROLE analyst NOLOGIN; and then: SELECT reporting_books.grant_analyst();', current_user;
        END;
    END IF;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
CREATE FUNCTION reporting_books.grant_analyst() RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'analyst') THEN
        RETURN false;
    END IF;
    GRANT USAGE ON SCHEMA reporting TO analyst;
    GRANT SELECT ON ALL TABLES IN SCHEMA reporting TO analyst;
    ALTER DEFAULT PRIVILEGES IN SCHEMA reporting GRANT SELECT ON TABLES TO analyst;
    RETURN true;
END
$$;
-- +goose StatementEnd
COMMENT ON FUNCTION reporting_books.grant_analyst() IS 'Lets the role analyst read the schema reporting; false where there is no such role.';
REVOKE ALL ON FUNCTION reporting_books.grant_analyst() FROM PUBLIC;
SELECT reporting_books.grant_analyst();

-- +goose Down
-- +goose StatementBegin
DO $$
BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'analyst') THEN
        ALTER DEFAULT PRIVILEGES IN SCHEMA reporting REVOKE SELECT ON TABLES FROM analyst;
        REVOKE SELECT ON ALL TABLES IN SCHEMA reporting FROM analyst;
        REVOKE USAGE ON SCHEMA reporting FROM analyst;
    END IF;
END
$$;
-- +goose StatementEnd
DROP FUNCTION reporting_books.grant_analyst();
