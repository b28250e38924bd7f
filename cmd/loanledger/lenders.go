package main

import (
	"embed"
	"fmt"
	"io/fs"
	"os"

	"loanledger/domain/book"
	"loanledger/domain/product"
)

//go:embed lenders/*.json
var shippedLenders embed.FS

//go:embed samples/*.json
var sampleProducts embed.FS

// loadLenders reads the lenders' configurations: from a folder, or those that ship with the program.
func loadLenders(dir string) ([]book.Lender, error) {
	files, err := fs.Sub(shippedLenders, "lenders")
	if dir != "" {
		files = os.DirFS(dir)
	}
	if err != nil {
		return nil, err
	}
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, err
	}
	var lenders []book.Lender
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, err
		}
		l, err := book.ParseLender(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		lenders = append(lenders, l)
	}
	if len(lenders) == 0 {
		return nil, fmt.Errorf("no lender is configured in %s", dir)
	}
	return lenders, nil
}

// sampleProductsOf is the sample products of a lender: those in its currency.
func sampleProductsOf(l book.Lender) ([]product.Product, error) {
	names, err := fs.Glob(sampleProducts, "samples/"+l.Code+"-*.json")
	if err != nil {
		return nil, err
	}
	var products []product.Product
	for _, name := range names {
		data, err := sampleProducts.ReadFile(name)
		if err != nil {
			return nil, err
		}
		p, err := product.Parse(data)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		products = append(products, p)
	}
	return products, nil
}
