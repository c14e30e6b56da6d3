# Needed: Go 1.25 or newer and make. Everything else is fetched by Go.

GO     ?= go
SDKS   := oss-go-v1 oss-go-v2 obs-go
BIN    := bin
OUT    := out

.PHONY: run web test test-browser lint fmt bench fuzz fuzz-opponents fuzz-cluster fuzz-mutants interop interop-server helpers coverage attest build cross release-check clean help

## run: judge the three official Go SDKs and write reports to out/
run: build
	$(BIN)/countersign run \
	  $(foreach s,$(SDKS),--signer $(BIN)/$(s) --expected-failures adapters/$(s)/expected-failures.txt) \
	  --report 'html=$(OUT)/{subject}.html' --report 'json=$(OUT)/{subject}.json' \
	  --report 'junit=$(OUT)/{subject}.xml' --report 'md=$(OUT)/{subject}.md' \
	  --report 'ndjson=$(OUT)/{subject}.ndjson' --record '$(OUT)/{subject}.observations.ndjson'
	@echo "reports: $(foreach s,$(SDKS),$(OUT)/$(s).html)"

## web: the diagnosis as one page for the browser, in WebAssembly: out/diagnose.html
web:
	$(GO) run ./cmd/webpage -o $(OUT)/diagnose.html

## test: everything that needs nothing but Go, each package with a time that only a hang takes
test:
	$(GO) test -timeout 30m ./...

## test-browser: test the live page of serve, the page of diagnose, the report and the matrix in headless Chromium, which must be there (CHROMIUM is its path)
test-browser:
	@out=$$($(GO) -C endpoint/livepage/browser test -timeout 30m -count=1 -v ./... 2>&1); code=$$?; echo "$$out" | grep -v '^=== '; \
	  echo "browser tests: $$(echo "$$out" | grep -c '^--- PASS') passed, $$(echo "$$out" | grep -c '^--- FAIL') failed, $$(echo "$$out" | grep -c '^--- SKIP') skipped"; exit $$code

## lint: gofmt, go vet and staticcheck, on the suite and on the adapters
lint:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go')); \
	  if [ -n "$$unformatted" ]; then echo "not gofmt-clean:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	@mkdir -p $(BIN)
	$(GO) build -o $(BIN)/staticcheck honnef.co/go/tools/cmd/staticcheck
	$(BIN)/staticcheck ./...
	GOOS=js GOARCH=wasm $(GO) vet ./diagnose/page/wasm
	$(foreach s,$(patsubst adapters/%/go.mod,%,$(wildcard adapters/*/go.mod)),$(GO) -C adapters/$(s) vet ./... && (cd adapters/$(s) && ../../$(BIN)/staticcheck ./...) && ) true
	$(GO) -C endpoint/livepage/browser vet ./... && cd endpoint/livepage/browser && ../../../$(BIN)/staticcheck ./...
	$(GO) run ./cmd/countersign vectors lint vectors

## fmt: gofmt the code and bring the vectors into their canonical form
fmt:
	gofmt -w $$(git ls-files '*.go')
	$(GO) run ./cmd/countersign vectors fmt vectors

## bench: speed as ratios, each measured in one run
bench:
	$(GO) test -run '^$$' -bench . -benchmem ./signature ./endpoint ./runner ./diagnose
	$(GO) test -run '^$$' -bench . -benchtime 60000x ./internal/hunt
	$(GO) -C adapters/oss-go-v2 test -run '^$$' -bench . -benchmem ./...
	$(GO) run ./cmd/fuzz speed
	@if [ -d adapters/ali-oss/node_modules ]; then $(GO) run ./cmd/fuzz opponents --target ali-oss --time 10s; \
	  else echo "differential against a process: make interop SUBJECTS=ali-oss installs the SDK that is measured"; fi

## fuzz: TARGET (default all; or names with commas) under ENGINE (go-fuzz, native or libfuzzer) for TIME each, with WORKERS; or the SDK of an adapter, OPPONENT
TARGET  ?= all
ENGINE  ?= go-fuzz
TIME    ?= 60s
WORKERS ?= 1
OPPONENT ?=
fuzz:
	$(GO) run ./cmd/fuzz run --opponent '$(OPPONENT)' --target $(TARGET) --engine $(ENGINE) --time $(TIME) --workers $(WORKERS)

## fuzz-opponents: 5,000 requests to every SDK that has a list of known classes (after make interop); what is not on its list is a finding
fuzz-opponents:
	$(GO) run ./cmd/fuzz opponents

## fuzz-cluster: go-fuzz's coordinator and workers as processes on loopback; one is killed, one joins
fuzz-cluster:
	$(GO) run ./cmd/fuzz cluster

## fuzz-mutants: how many executions the differential target needs for each planted bug, from no corpus
fuzz-mutants:
	$(GO) run ./cmd/fuzz mutants

## interop: install and judge every SDK of adapters/ (or SUBJECTS='NAME…'), publish reports/ and the table in README.md
SUBJECTS ?=
interop:
	@mkdir -p $(BIN)
	$(GO) build -o $(BIN)/interop ./cmd/interop
	$(BIN)/interop $(SUBJECTS)

## interop-server: build and judge the servers of servers/, on loopback, and publish reports/ and the table in README.md
interop-server:
	@mkdir -p $(BIN)
	$(GO) build -o $(BIN)/interop ./cmd/interop
	$(BIN)/interop servers

## helpers: test what the adapters of one language share, and the Go adapters themselves (after make interop, which installs what they need)
helpers:
	node --test adapters/internal/node/ adapters/internal/chromium/
	cd adapters/internal/python && python3 -m unittest
	$(foreach t,$(SDKS),$(GO) -C adapters/$(t) test . && $(GO) -C adapters/$(t) test -run TestTheListOfKnownClasses ./fuzz/... &&) true

## coverage: rewrite the published table of requirements and the matrix of mutants
coverage:
	@mkdir -p reports/coverage
	$(GO) run ./cmd/countersign vectors coverage > reports/coverage/requirements.txt
	$(GO) run ./cmd/countersign vectors coverage --mutants > reports/coverage/mutants.txt

## attest: ask every public signer for every vector, and rewrite vectors/attestations/
attest: build interop
	$(BIN)/interop attest $(BIN)/countersign $(SUBJECTS)

build:
	@mkdir -p $(BIN)
	$(GO) build -o $(BIN)/countersign ./cmd/countersign
	$(foreach s,$(SDKS),$(GO) -C adapters/$(s) build -o ../../$(BIN)/$(s) . &&) true

## cross: build the command for every platform of a release, as .goreleaser.yaml says
cross:
	CROSS=1 $(GO) test -count=1 -v -run '^TestTheBinariesOfARelease$$' .

## release-check: the whole release but for its publication, into dist/, by goreleaser itself (which takes minutes to build)
GORELEASER ?= $(GO) run github.com/goreleaser/goreleaser/v2@v2.15.4
release-check:
	$(GORELEASER) check
	$(GORELEASER) release --snapshot --clean

clean:
	rm -rf $(BIN) $(OUT) dist

## help: this list
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)
