package documents_test

import (
	"loanledger/adapters/documents"
	"loanledger/domain/date"
	"loanledger/domain/money"
)

// The people and companies here are invented.

func russian() documents.CertificateData {
	return documents.CertificateData{
		Language: documents.Russian,
		Lender: documents.Lender{
			Brand: "SmartCash", LegalName: "ООО МКК «Смарт Кэш»",
			Registration: "ОГРН 1000000000000 · ИНН 7700000000 · рег. № 0000000000000 в реестре МФО",
			Address:      "101000, г. Москва, ул. Примерная, д. 1, офис 10",
			Colour:       documents.Colour{R: 16, G: 96, B: 176},
		},
		Number: "SC-2025-000184", IssuedOn: date.MustParse("2025-05-12"),
		Borrower: "Иванова Мария Петровна",
		Contracts: []documents.SettledContract{
			{Number: "СК-24-118273", SignedOn: date.MustParse("2024-11-01"), Principal: money.New(3000000, money.RUB), SettledOn: date.MustParse("2025-01-30")},
			{Number: "СК-25-004410", SignedOn: date.MustParse("2025-02-03"), Principal: money.New(1120050, money.RUB), SettledOn: date.MustParse("2025-05-11")},
		},
		VerificationURL: "https://lk.smartcash.example/certificates/SC-2025-000184",
		LogPosition:     182734,
	}
}

func spanish() documents.CertificateData {
	return documents.CertificateData{
		Language: documents.Spanish,
		Lender: documents.Lender{
			Brand: "Cashper", LegalName: "Cashper Ejemplo, S.L.U.",
			Registration: "NIF B00000000 · Registro Mercantil de Madrid, tomo 1, folio 1, hoja M-1",
			Address:      "Calle del Ejemplo, 1, 2.º A, 28001 Madrid",
			Colour:       documents.Colour{R: 0, G: 122, B: 94},
		},
		Number: "CA-2025-000017", IssuedOn: date.MustParse("2025-03-04"),
		Borrower: "Núñez Güell, José Ángel",
		Contracts: []documents.SettledContract{
			{Number: "ES-2025-00093", SignedOn: date.MustParse("2025-01-15"), Principal: money.New(60000, money.EUR), SettledOn: date.MustParse("2025-02-14")},
		},
		VerificationURL: "https://cashper.example/certificates/CA-2025-000017",
		LogPosition:     9042,
		Checkpoint:      &documents.Checkpoint{Origin: "cashper.example/log", Size: 9100, Root: "qH3V0Jkm2mB1sV0jW6mHhQm6m9tq2c1o3N3o7mZx0aA="},
	}
}

func english() documents.CertificateData {
	c := spanish()
	c.Language, c.Checkpoint = documents.English, nil
	return c
}

// crowded has names longer than any line, many contracts, and two currencies.
func crowded() documents.CertificateData {
	c := russian()
	c.Lender.LegalName = "Общество с ограниченной ответственностью «Микрокредитная компания Весьма Длинное Наименование Для Проверки Переноса Строк»"
	c.Lender.Brand = "Весьма длинное название бренда"
	c.Borrower = "Константинопольская-Преображенская Александра-Виктория Константиновна " +
		"Неразрывноеимякотороедлиннеестрокиицеликомневмещаетсянастраницудажееслиоченьпостараться"
	c.Number = "SC-2025-000184-ОЧЕНЬ-ДЛИННЫЙ-НОМЕР-СПРАВКИ-КОТОРЫЙ-НЕ-ВМЕЩАЕТСЯ"
	c.VerificationURL += "?reference=" + "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for range 4 {
		c.Contracts = append(c.Contracts, c.Contracts...)
	}
	c.Contracts[1].Principal = money.New(999_999_999_99, money.EUR)
	c.Contracts[2].Number = "СК-25-004410/ДОПОЛНИТЕЛЬНОЕ-СОГЛАШЕНИЕ-2025-05-11-0001"
	return c
}

func revoked() documents.CertificateData {
	c := russian()
	c.RevokedOn = date.MustParse("2025-06-03")
	return c
}

func signed() documents.CertificateData {
	c := russian()
	c.Signatory = &documents.Signatory{Position: "Руководитель отдела сопровождения займов", Name: "П. П. Образцов"}
	return c
}
