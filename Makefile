# What one does with this repository; make help lists it.
.DEFAULT_GOAL := help
.PHONY: help dev build test generate fmt check

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

dev: build ## run everything on this machine; ARGS="--dir D --listen ADDR --clock DATE" goes to loanledger dev
	@.ci/need postgres
	@exec bin/loanledger dev $(ARGS)

build: ## build bin/loanledger
	@go build -o bin/loanledger ./cmd/loanledger

test: ## run all tests, on a real Postgres, a real NATS and a real browser
	@.ci/need postgres chromium
	go test ./...

generate: ## bring generated code up to date
	go generate ./...

fmt: ## format the code
	gofmt -w $$(git ls-files '*.go')

check: ## everything a change must pass before it lands
	.ci/run
