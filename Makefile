# The only front door. Every target is one script in scripts/; continuous integration calls nothing
# else. Settings are environment variables: HTTP_PORT=8000 EDGE_PORT=8080 DATA=var JOBS=<cores>. See
# docs/DEVELOPMENT.md.
.DEFAULT_GOAL := help
.PHONY: help up down logs cluster migrate demo test types sbom lint fmt asan tsan fuzz
.PHONY: image test-containers
.PHONY: property bench bench-api bench-deflate bench-edge bench-million bench-peers bench-tls clean

help: ## This list
	@scripts/help.sh

up: ## Install, build and start Whoosh on this machine; prints the addresses
	@scripts/up.sh

down: ## Stop what `make up` started
	@scripts/down.sh

logs: ## Follow the log of the running Whoosh
	@scripts/logs.sh

cluster: ## A cluster of processes on this machine, to try (docs/CLUSTER.md)
	@scripts/cluster.sh

migrate: ## Bring the database in var/ to the newest schema
	@scripts/migrate.sh

demo: ## Eight bots play one whole match of Suspect, time sped up
	@scripts/demo.sh

test: ## Install, build, and run every check there is
	@scripts/test.sh

types: ## Write the TypeScript types from the C++ structs
	@scripts/types.sh

lint: ## House rules, format, headers, generated files, scripts, types of the client
	@scripts/lint.sh

fmt: ## Format the C++ code in place
	@scripts/fmt.sh

sbom: ## A list of every part and its version, CycloneDX JSON, on standard output
	@python3 tools/sbom/sbom.py

image: ## The container image whoosh:latest, with docker, podman or buildah (docs/DEPLOYMENT.md)
	@scripts/image.sh

test-containers: ## Build the image, run docker-compose.yml for real, and play a match in it
	@scripts/test-containers.sh

asan: ## Unit tests under AddressSanitizer and UndefinedBehaviorSanitizer
	@scripts/sanitize.sh asan

tsan: ## Unit tests under ThreadSanitizer
	@scripts/sanitize.sh tsan

fuzz: ## Fuzz every parser, FUZZ_SECONDS=60 each
	@scripts/fuzz.sh

property: ## Nightly: a million operations on each store while it crashes; no coin may be lost
	@scripts/property.sh

bench: ## Benchmarks, built for release
	@scripts/bench.sh

bench-api: ## REST on both stores against Django REST framework, a million people in each database
	@scripts/bench-api.sh

bench-deflate: ## What permessage-deflate would save and cost on our own traffic
	@scripts/bench-deflate.sh

bench-edge: ## How many players one machine seats with a TICK a second (bench/edge/bench_edge.py)
	@scripts/bench-edge.sh edge

bench-million: ## A million seated players in live rooms on one machine
	@scripts/bench-edge.sh million

bench-tls: ## How late ticks are while strangers shake hands (bench/edge/bench_tls.py)
	@scripts/bench-edge.sh tls

bench-peers: ## The edge against gorilla, ws, Colyseus, Beast and Python's websockets, in turns
	@scripts/bench-edge.sh peers

clean: ## Remove build folders (not the data in var/)
	@scripts/clean.sh
