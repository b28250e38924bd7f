package pgstore

// LockSpace is for tests that hold a book's lock.
const LockSpace = lockSpace
