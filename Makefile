# Verbs only; each says what it needs before it starts. `make help` lists them.
.DEFAULT_GOAL := help
NODE_MODULES := node_modules/.package-lock.json
IMGBUILD := node dist/imgbuild.js
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)

.PHONY: help quickstart virtualbox aws build test lint fmt golden e2e bench docs package standalone deb container clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

quickstart: ## Build a small Linux image with QEMU, provision it, package a Vagrant box (needs root or sudo, Debian or Ubuntu)
	@tools/check-node.sh
	@tools/quickstart.sh

virtualbox: build ## Build a Debian Vagrant box with VirtualBox
	@tools/check-virtualbox.sh
	$(IMGBUILD) build $(ARGS) templates/virtualbox.pkr.hcl

aws: build ## Build an Ubuntu AMI with nginx on Amazon EC2
	@tools/check-aws.sh
	$(IMGBUILD) build $(ARGS) templates/aws.pkr.hcl

build: dist/imgbuild.js ## Bundle the command to dist/imgbuild.js

$(NODE_MODULES): package.json package-lock.json
	@tools/check-node.sh
	npm ci --no-audit --no-fund
	@touch $@

dist/imgbuild.js: $(NODE_MODULES) $(shell find src -name '*.ts' 2>/dev/null) $(shell find templates scripts -type f 2>/dev/null) tools/bundle.mjs $(wildcard tools/bundle/*.mjs)
	npm run --silent build

test: $(NODE_MODULES) ## Set up and run the tests (unit and command line; no privileges, no network beyond loopback)
	npm test

e2e: $(NODE_MODULES) ## Run the end-to-end tests against real programs (QEMU, sshd, moto, Vagrant, VirtualBox)
	npm run test:e2e

lint: $(NODE_MODULES) ## Type check, lint, dead code and format check
	npm run --silent typecheck
	npm run --silent lint
	npm run --silent unused
	npm run --silent format:check

fmt: $(NODE_MODULES) ## Format the sources
	npm run --silent format

golden: $(NODE_MODULES) ## Rewrite the golden files; read the diff before you commit it
	npx vitest run --config tools/vitest.config.ts --project unit --project cli --update

bench: build ## Run every benchmark beside its peers and print the table
	npm run --silent bench

docs: $(NODE_MODULES) ## Generate docs/reference from the schemas
	npx tsx tools/gen-docs.ts

package: build ## Pack the npm package, install it into an empty directory and run a build with it
	tools/package-smoke.sh

standalone: build ## Write the command as one file with Node.js inside (PLATFORMS="linux-x64 linux-arm64 ..." for others)
	node tools/standalone.mjs $(PLATFORMS)

deb: standalone ## Write a Debian package of that file with manual pages and completions
	tools/deb.sh

container: standalone ## Build a container image with that file and QEMU in it, by docker or podman
	$$(command -v docker || echo podman) build -t imgbuild:$$(node -p 'require("./package.json").version') -t imgbuild -f Containerfile .

clean: ## Remove what the build made
	rm -rf dist standalone coverage bench-results.json
