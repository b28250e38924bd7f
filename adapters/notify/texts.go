package notify

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"

	"loanledger/domain/date"
	"loanledger/domain/money"

	"github.com/bojanz/currency"
)

//go:embed texts/*.json
var textFiles embed.FS

// texts is the text of every kind of message, by language.
var texts = func() map[string]map[string]string {
	names, err := fs.Glob(textFiles, "texts/*.json")
	if err != nil {
		panic(err)
	}
	byLanguage := map[string]map[string]string{}
	for _, name := range names {
		data, err := textFiles.ReadFile(name)
		if err != nil {
			panic(err)
		}
		var kinds map[string]string
		if err := json.Unmarshal(data, &kinds); err != nil {
			panic(fmt.Sprintf("notify: %s: %v", name, err))
		}
		byLanguage[strings.TrimSuffix(path.Base(name), ".json")] = kinds
	}
	return byLanguage
}()

// fallback is the language of messages of a lender whose language has no texts.
const fallback = "en"

// text fills a text in.
func text(language, kind string, values map[string]string) string {
	kinds, known := texts[language]
	if !known {
		kinds = texts[fallback]
	}
	var pairs []string
	for name, value := range values {
		pairs = append(pairs, "{"+name+"}", value)
	}
	return strings.NewReplacer(pairs...).Replace(kinds[kind])
}

// months is the names of the months as they stand in a date.
var months = map[string][12]string{
	"en": {"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"},
	"es": {"enero", "febrero", "marzo", "abril", "mayo", "junio", "julio", "agosto", "septiembre", "octubre", "noviembre", "diciembre"},
	"ru": {"января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря"},
}

// day writes a date with the name of its month, without the year.
func day(language string, d date.Date) string {
	names, known := months[language]
	if !known {
		names = months[fallback]
	}
	_, month, n := d.Time().Date()
	if language == "es" {
		return strconv.Itoa(n) + " de " + names[month-1]
	}
	return strconv.Itoa(n) + " " + names[month-1]
}

// amount writes money as the language does.
func amount(language string, a money.Amount, c money.Currency) string {
	exact, err := currency.NewAmount(a.In(c).String(), c.String())
	if err != nil {
		return a.In(c).String() + " " + c.String() // a currency that the library has forgotten
	}
	return currency.NewFormatter(currency.NewLocale(language)).Format(exact)
}
