package documents

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/bojanz/currency"

	"loanledger/domain/date"
	"loanledger/domain/money"
)

// ErrLanguage is returned for a language without texts.
var ErrLanguage = errors.New("documents: no texts in this language")

// Language is the language of a document, a BCP 47 tag.
type Language string

// The languages of documents.
const (
	Russian Language = "ru"
	Spanish Language = "es"
	English Language = "en"
)

//go:embed texts/*.json
var textFiles embed.FS

// words is all that one language says. Words in braces are filled in with fill.
type words struct {
	Months      [12]string       `json:"months"`
	Date        string           `json:"date"`
	Page        string           `json:"page"`
	Certificate certificateWords `json:"certificate"`

	language Language
}

var vocabulary = map[Language]words{
	Russian: loadWords(Russian),
	Spanish: loadWords(Spanish),
	English: loadWords(English),
}

func loadWords(l Language) words {
	text, err := textFiles.ReadFile("texts/" + string(l) + ".json")
	if err != nil {
		panic("documents: " + err.Error())
	}
	w := words{language: l}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&w); err != nil {
		panic(fmt.Sprintf("documents: texts of %s: %v", l, err))
	}
	return w
}

func wordsIn(l Language) (words, error) {
	w, ok := vocabulary[l]
	if !ok {
		return words{}, ErrLanguage
	}
	return w, nil
}

// fill puts values in place of names in braces: fill("{day}", "day", "1") is "1". A value is never
// searched for names itself.
func fill(pattern string, pairs ...string) string {
	braced := make([]string, len(pairs))
	for n := range pairs {
		braced[n] = pairs[n]
		if n%2 == 0 {
			braced[n] = "{" + pairs[n] + "}"
		}
	}
	return strings.NewReplacer(braced...).Replace(pattern)
}

// day is a date in words, which must be real: its parts do not come apart at the end of a line.
func (w words) day(d date.Date) string {
	t := d.Time()
	text := fill(w.Date, "day", strconv.Itoa(t.Day()), "month", w.Months[t.Month()-1], "year", strconv.Itoa(t.Year()))
	return strings.ReplaceAll(text, " ", "\u00a0")
}

// amount is money as the language writes it, with the sign of its currency.
func (w words) amount(a money.Amount) (string, error) {
	formatter := currency.NewFormatter(currency.NewLocale(string(w.language)))
	formatter.MaxDigits = uint8(a.Currency().Digits())
	formatter.MinDigits = formatter.MaxDigits
	code, suffix := a.Currency().String(), ""
	if !currency.IsValid(code) && code != "" {
		// A currency that has gone out of use is no longer in the table of symbols, but old
		// contracts have it: the number is written as for any currency, with the code after it.
		formatter.CurrencyDisplay = currency.DisplayNone
		code, suffix = "EUR", "\u00a0"+code
	}
	exact, err := currency.NewAmount(a.String(), code)
	if err != nil {
		return "", fmt.Errorf("%w: an amount without currency", ErrIncomplete)
	}
	return strings.ReplaceAll(formatter.Format(exact), " ", "\u00a0") + suffix, nil
}
