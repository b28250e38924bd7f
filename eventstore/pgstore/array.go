package pgstore

import "encoding/binary"

// Object ids of the element types.
const (
	oidBytea = 17
	oidInt2  = 21
	oidInt4  = 23
	oidText  = 25
	oidUUID  = 2950
)

// array is a one-dimensional array in Postgres' binary format, built in a buffer that is used again.
// Batches are little else than arrays; building them by hand costs a tenth of building them by
// reflection.
type array struct {
	buf   []byte
	oid   uint32
	count uint32
	nulls bool
}

const arrayHeader = 20

func (a *array) reset(oid uint32) {
	a.oid, a.count, a.nulls = oid, 0, false
	a.buf = append(a.buf[:0], make([]byte, arrayHeader)...)
}

func (a *array) bytes(b []byte) {
	a.count++
	a.buf = binary.BigEndian.AppendUint32(a.buf, uint32(len(b)))
	a.buf = append(a.buf, b...)
}

func (a *array) text(s string) {
	a.count++
	a.buf = binary.BigEndian.AppendUint32(a.buf, uint32(len(s)))
	a.buf = append(a.buf, s...)
}

func (a *array) null() {
	a.count++
	a.nulls = true
	a.buf = binary.BigEndian.AppendUint32(a.buf, 0xffffffff)
}

func (a *array) int64(n int64) {
	a.count++
	a.buf = binary.BigEndian.AppendUint32(a.buf, 8)
	a.buf = binary.BigEndian.AppendUint64(a.buf, uint64(n))
}

func (a *array) int32(n int32) {
	a.count++
	a.buf = binary.BigEndian.AppendUint32(a.buf, 4)
	a.buf = binary.BigEndian.AppendUint32(a.buf, uint32(n))
}

func (a *array) int16(n int16) {
	a.count++
	a.buf = binary.BigEndian.AppendUint32(a.buf, 2)
	a.buf = binary.BigEndian.AppendUint16(a.buf, uint16(n))
}

// encoded is the array's bytes, good until the next reset.
func (a *array) encoded() []byte {
	if a.count == 0 { // no dimensions at all
		clear(a.buf[:12])
		binary.BigEndian.PutUint32(a.buf[8:], a.oid)
		return a.buf[:12]
	}
	binary.BigEndian.PutUint32(a.buf[0:], 1)
	binary.BigEndian.PutUint32(a.buf[4:], 0)
	if a.nulls {
		binary.BigEndian.PutUint32(a.buf[4:], 1)
	}
	binary.BigEndian.PutUint32(a.buf[8:], a.oid)
	binary.BigEndian.PutUint32(a.buf[12:], a.count)
	binary.BigEndian.PutUint32(a.buf[16:], 1)
	return a.buf
}

func int16Bytes(n int16) []byte { return binary.BigEndian.AppendUint16(nil, uint16(n)) }
func int32Bytes(n int32) []byte { return binary.BigEndian.AppendUint32(nil, uint32(n)) }
func int64Bytes(n int64) []byte { return binary.BigEndian.AppendUint64(nil, uint64(n)) }
