// Package documents draws the papers that a lender hands to a borrower, as PDF.
//
// A document is a pure function of its data: one build of the program gives the same bytes for the
// same data, on any day and any machine, so that a document can be drawn again instead of being
// stored. (Another version of Go or of the PDF library may compress differently.)
// Each document has a file of its own; sheet.go has the page that they share, texts/ the words of
// each language, fonts/ the embedded typeface. Personal data is on the page and nowhere else: not in
// the file's properties, and not in errors.
package documents
