# The tools' versions. They run by version, so that go.mod lists only what ships.
GOLANGCI_LINT = go run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0

# axe-core, which the browser tests run in the pages, by its npm version and its hash.
AXE_VERSION = 4.14.1
AXE_SHA256  = 29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c
AXE         = build/browser/node_modules/axe-core/axe.min.js

# dynalite, which stands for DynamoDB, by its npm version and those in its lock.
DYNALITE = build/dynalite/node_modules/dynalite/cli.js

# Serverless Devs, which reads s.yaml, by its npm version and hash.
SERVERLESS_DEVS = build/serverless-devs/node_modules/.bin/s

FUNCTIONS ?= cardflow conversion alerts
GOARCH    ?= amd64
FUZZTIME  ?= 2000x

# What a build of alerts leaves out: nodynamodb where it is for Function Compute, notablestore for Lambda; none: nothing.
TAGS ?=

# Which build it is, as signalbox version says it. Without a repository nobody knows.
VERSION   ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
REVISION  ?= $(shell git rev-parse HEAD 2>/dev/null || echo unknown)
# A rules file to put beside the bootstraps of alerts and conversion, for build and dist; none: none.
RULES_FILE ?=

BUILDINFO = -X signalbox/shared/buildinfo.version=$(VERSION) -X signalbox/shared/buildinfo.revision=$(REVISION)

.PHONY: help build dist dist-check documents kubernetes prometheus test race redis dynalite kills million act watch long chaos bad-day hostile browser cfn-lint preview vet left-out lint tidy-check fuzz bench bench-alerts bench-cardflow bench-otp bench-quota cover dev

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' Makefile

build: ## write build/<function>/bootstrap for linux (GOARCH=arm64 for Lambda's arm64; TAGS=nodynamodb or notablestore; RULES_FILE=path)
	@for f in $(FUNCTIONS); do \
		CGO_ENABLED=0 GOOS=linux GOARCH=$(GOARCH) go build -mod=readonly -trimpath -tags 'lambda.norpc $(TAGS)' \
			-ldflags "-s -w -buildid= $(BUILDINFO)" -o build/$$f/bootstrap ./functions/$$f/bootstrap || exit 1; \
		rm -f build/$$f/rules.yaml; \
		case $$f in alerts | conversion) [ -z '$(RULES_FILE)' ] || install -m 644 '$(RULES_FILE)' build/$$f/rules.yaml || exit 1;; esac; \
	done

dist: ## write dist/: zips for both clouds, the command line, SBOM, SHA256SUMS (RULES_FILE=path packages the rules)
	go run ./internal/dist -out dist -version '$(VERSION)' -revision '$(REVISION)' -rules '$(RULES_FILE)'

DIST_CHECK = go run ./internal/dist -version v0.0.0-check -revision check -rules doc/rules.example.yaml

# Each system and each kind of machine, but not each pair: what is compiled for the first time takes minutes.
DIST_CHECKED = ^(alerts|cardflow|conversion)|-linux-|darwin-arm64|windows-amd64

# Prints the files in the cache that our own packages were compiled to, with the tags in the shell's tags.
OWN_COMPILED = CGO_ENABLED=0 GOOS=linux GOARCH=amd64 go list -tags "lambda.norpc $$tags" -trimpath -export -deps \
	-f '{{with .Module}}{{if .Main}}{{$$.Export}}{{end}}{{end}}' ./functions/*/bootstrap ./cmd/signalbox

# With one cache for both folders nothing would be compiled again, and with two of their own all would. So the
# second has a copy of links, which lacks our own packages: they alone know the folder.
dist-check: ## make most of dist, compile the part for linux/amd64 again in another folder, and compare the bytes
	@set -e; cache=$$(go env GOCACHE); check=$$(mktemp -d "$$cache-check.XXXXXX"); trap 'rm -rf "$$check"' EXIT; \
	for copy in one a/longer/two; do \
		mkdir -p "$$check/$$copy"; git ls-files -co --exclude-standard -z | xargs -0 tar -cf - | tar -xf - -C "$$check/$$copy"; \
	done; \
	cd "$$check/one"; $(DIST_CHECK) -only '$(DIST_CHECKED)'; \
	for tags in '' nodynamodb notablestore; do $(OWN_COMPILED) >>"$$check/own"; done; \
	cp -al "$$cache" "$$check/cache"; \
	sort -u "$$check/own" | sed "s|^$$cache/|$$check/cache/|" | xargs rm; \
	cd "$$check/a/longer/two"; GOCACHE="$$check/cache" $(DIST_CHECK) -only '^(alerts|cardflow|conversion|signalbox-linux).*amd64'; \
	cd dist; for zip in *.zip; do cmp "$$zip" "$$check/one/dist/$$zip"; echo "$$zip: the same bytes"; done; \
	cd "$$check/one/dist"; sha256sum --check --quiet SHA256SUMS; ls -l

test: ## run the tests
	go test ./...

# What other processes or files are asked, or arithmetic, has nothing for the race detector to see.
NO_RACE = internal/(archtest|contract|deploy|docs|e2e|glossary|loadtest|serveweek)$$|shared/forecast$$|conversion/watch$$

race: ## run the tests in any order under the race detector, the longest not or shorter
	CGO_ENABLED=1 go test -race -short -shuffle=on -count=1 -timeout 20m $$(go list ./... | grep -vE '$(NO_RACE)')

redis: ## run the tests that need redis-server, but those of kills and bench-quota
	CGO_ENABLED=1 go test -race -tags redis -count=1 -skip 'TestQuotaUnderLoad|TestKilledConversion' -v ./internal/redistest
	go test -tags redis -count=1 -run TestRedisDoctor ./cmd/signalbox

dynalite: $(DYNALITE) ## run the tests that need dynalite, a DynamoDB for tests
	go test -tags dynalite -count=1 -run 'Contract|InDynamoDB' -v ./internal/dynalitetest ./internal/e2e -args -dynalite '$(CURDIR)/$(DYNALITE)'

$(DYNALITE): internal/dynalitetest/package.json internal/dynalitetest/package-lock.json
	mkdir -p build/dynalite
	cp internal/dynalitetest/package.json internal/dynalitetest/package-lock.json build/dynalite/
	npm ci --prefix build/dynalite --no-audit --no-fund --ignore-scripts || \
		{ echo 'dynalite could not be installed by npm: nobody has tried the state in DynamoDB' >&2; exit 1; }
	touch $@

documents: ## enter every command block of the documents, against the dev environment
	go test -tags documents -count=1 -run EveryBlock -v ./internal/docs

kills: ## kill alerts, and conversion with each of its stores, 200 times and compare
	go test -tags redis -count=1 -run TestKilled -v ./internal/e2e ./internal/redistest -args -kills 200
	go test -count=1 -run TestKilled -v ./functions/conversion/ledger -args -kills 30

million: ## send a million OTP events to conversion and compare its rates with a computation
	go test -count=1 -run TestManyEvents -v ./functions/conversion -args -events 1000000

# The tests that are there with the tag long alone, and those that do more then, since they ask testsize.
LONG = $$({ grep -rl --include='*_test.go' '^//go:build long' functions shared internal/e2e | xargs grep -h '^func Test'; \
	grep -r --include='*_test.go' -h -E '^func Test|testsize\.Of' . | awk '/^func/ {test = $$0} /testsize/ {print test}'; } | \
	sed 's/^func //; s/(.*//' | sort -u | paste -sd '|')

long: ## run what takes minutes, and whole what is short elsewhere: years of fleets, 100,000 cards, simulated senders, abuse, a week of kills
	go test -tags long -count=1 -timeout 30m -run "^($(LONG))\$$" -v \
		$$(grep -rl --include='*_test.go' -E 'testsize\.Of|^//go:build long' functions shared internal/e2e | xargs -n 1 dirname | sort -u | sed 's|^|./|')
	go test -tags long -count=1 -timeout 30m -run TestKilledWeek -v ./internal/serveweek

act: ## have people press buttons at random for a simulated year, and alter 10,000 of Slack's requests
	go test -count=1 -timeout 20m -run YearOfActions -v ./functions/alerts -args -days 365
	go test -count=1 -run AlteredRequests -v ./functions/alerts -args -altered 10000

watch: ## watch simulated senders: 1,000 drops, attacks, 20 worlds of 90 calm days, a million random prefixes
	GOGC=800 nice -n 10 go test -tags long -count=1 -timeout 120m -v -run 'TestDrops|TestCalm|TestPumping|TestBounded|TestScenes' ./functions/conversion/watch \
		-args -trials 1000 -seeds 20 -days 90 -pumps 20 -random 1000000

chaos: ## run alerts against 2,000 schedules of faults
	go test -count=1 -timeout 30m -run TestChaos ./functions/alerts -args -schedules 2000

bad-day: ## have 20,000 of 100,000 cards fire, and bound what that costs
	go test -count=1 -run TestBadDay -v ./functions/alerts -args -badcards 100000

hostile: ## send 10,000 hostile requests to the built cardflow and conversion
	go test -count=1 -run TestHostile -v ./internal/e2e -args -hostile 10000

browser: $(AXE) ## look at the pages in chromium, and with axe-core
	echo '$(AXE_SHA256)  $(AXE)' | sha256sum --check --quiet
	go test -tags browser -count=1 -v ./internal/browsertest -args -axe '$(CURDIR)/$(AXE)'

$(AXE):
	npm install --prefix build/browser --no-save --no-audit --no-fund --ignore-scripts axe-core@$(AXE_VERSION) || \
		{ echo 'axe-core could not be installed by npm: nobody has looked whether the pages are accessible' >&2; exit 1; }

cfn-lint: ## check template.yaml with cfn-lint, which runs SAM's own translator
	cfn-lint --non-zero-exit-code warning --template template.yaml

preview: $(SERVERLESS_DEVS) ## check s.yaml as Serverless Devs itself reads it
	go test -tags preview -count=1 -run TestPreview -v ./internal/deploy -args -s '$(CURDIR)/$(SERVERLESS_DEVS)'

$(SERVERLESS_DEVS): internal/deploy/preview/package.json internal/deploy/preview/package-lock.json
	mkdir -p build/serverless-devs
	cp internal/deploy/preview/package.json internal/deploy/preview/package-lock.json build/serverless-devs/
	npm ci --prefix build/serverless-devs --no-audit --no-fund --ignore-scripts || \
		{ echo 'Serverless Devs could not be installed by npm: nobody has read s.yaml as it does' >&2; exit 1; }
	touch $@

vet: ## run go vet
	go vet -tags redis,browser,dynalite,long,documents,preview ./...
	go vet -tags nodynamodb,notablestore ./functions/alerts

left-out: ## test a build of alerts that leaves the databases out
	go test -tags nodynamodb,notablestore -count=1 -run TestLeftOut ./functions/alerts

lint: ## run the linters of .golangci.yml
	$(GOLANGCI_LINT) config verify
	$(GOLANGCI_LINT) run

tidy-check: ## fail where go.mod or go.sum is not tidy
	go mod tidy -diff
	cd internal/deploy/kubernetes && go mod tidy -diff
	cd internal/deploy/prometheus && go mod tidy -diff

# A module of its own, so that the types of Kubernetes are none of the product's.
kubernetes: ## decode the manifests with the types of Kubernetes itself
	cd internal/deploy/kubernetes && go test -count=1 ./...

# Likewise, for Prometheus' parser and engine.
prometheus: ## read the metrics of the built executables, the rules and the dashboard as Prometheus does
	cd internal/deploy/prometheus && go vet ./... && go test -count=1 -timeout 20m ./...

fuzz: ## run every fuzz target FUZZTIME (a count with x, or a duration)
	@grep -r --include='*_test.go' --exclude-dir=testdata '^func Fuzz' . | \
	sed -E 's|^(.*)/[^/]*:func (Fuzz[A-Za-z0-9_]*).*|\1 \2|' | \
	while read -r dir target; do \
		echo "$$dir $$target"; \
		go test -run='^$$' -fuzz="^$$target\$$" -fuzztime=$(FUZZTIME) -fuzzminimizetime=1x "$$dir" || exit 1; \
	done

bench: ## run the benchmarks
	go test -run='^$$' -bench=. -benchmem ./...

bench-alerts: ## print what a bad day costs, by store and memory limit
	go test -run='^$$' -bench=BadDay -benchtime=1x ./functions/alerts

bench-cardflow: ## hold the built cardflow at 2,000 lookups a second against a bare handler
	go test -count=1 -run TestLookups -v ./internal/loadtest -args -lookups 30s

bench-quota: ## print how much of the quota ends in answers under overload and hang-ups, beside the ideal
	go test -tags redis -count=1 -parallel 4 -run TestQuotaUnderLoad -v ./internal/redistest -args -span 45s

bench-otp: ## print how many OTP events one core takes over HTTP, by store, beside the bare ledger
	go test -tags redis -p 1 -run='^$$' -bench=OTPEvents -benchtime=1x ./internal/e2e ./internal/redistest

cover: ## show the coverage of each function
	go test -coverpkg=./... -coverprofile=coverage.out ./...
	go tool cover -func=coverage.out

dev: ## serve the functions and the fakes on one loopback port
	go run ./cmd/signalbox dev
