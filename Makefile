# A plain `make` lists the targets. Everything is installed below .build, nothing elsewhere.
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules --no-print-directory
SHELL := /bin/sh

export ANSIBLE_COLLECTIONS_PATH := $(CURDIR)/.build/collections
export ANSIBLE_HOME := $(CURDIR)/.build/ansible
export PATH := $(CURDIR)/.build/venv/bin:$(PATH)
export PYTHONPYCACHEPREFIX := $(CURDIR)/.build/pycache

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z_-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: demo
demo: ## Build two images end to end against the simulator
	@tools/setup demo
	@demo/run

.PHONY: demo-ad
demo-ad: ## The same over Kerberos, in a real Active Directory set up from nothing (needs root; installs Samba)
	@tools/active_directory
	@demo/run active-directory

.PHONY: test
test: ## Everything CI runs: lint, types, sanity, unit, simulator, Active Directory and end-to-end tests
	@tools/setup test
	@tools/test

.PHONY: lint
lint: ## ruff, mypy, yamllint, ansible-lint
	@tools/setup test
	@tools/test lint

.PHONY: unit
unit: ## Unit tests of the collection and tests of the simulator
	@tools/setup test
	@tools/test unit simulator

.PHONY: sanity
sanity: ## ansible-test sanity and documentation checks
	@tools/setup test
	@tools/test sanity docs

.PHONY: docs
docs: ## A site of all modules, roles, plugins and guides, below .build/docs
	@tools/setup test
	@tools/docs

.PHONY: active-directory
active-directory: ## Everything that needs a real Active Directory (needs root; installs Samba)
	@tools/setup test
	@tools/test active_directory

.PHONY: end-to-end
end-to-end: ## The playbook on the simulator: good path and every failure we fear
	@tools/setup test
	@tools/test end_to_end

.PHONY: faults
faults: ## The fault matrix: what is there after each fault at each step, and after the same command again
	@tools/setup test
	@tools/test faults

.PHONY: verify-service
verify-service: ## The playbook verify_service as a whole, on the simulator; tests/live/run is for a real account
	@tools/setup test
	@tools/test verify_service

.PHONY: policies
policies: ## IAM policies that count: whole, and without each of their actions, where the run has to name it
	@tools/setup test
	@tools/test policies

.PHONY: hostile
hostile: ## 10,000 hostile inputs for every parser; `make test` takes a tenth of them
	@tools/setup test
	@tools/test hostile

.PHONY: molecule
molecule: ## Molecule scenarios of the roles
	@tools/setup test
	@tools/test molecule

.PHONY: powershell
powershell: ## The collection's PowerShell on a real pwsh, where there is one
	@tools/setup test
	@tools/test powershell

.PHONY: fuzz
fuzz: ## Fuzz every parser, FUZZ_SECONDS (30) each; READERS="soap icon" picks some. Not part of `make test`
	@tools/setup test
	@tools/setup fuzz
	@python tests/fuzz/run.py $(READERS)

.PHONY: benchmark
benchmark: ## What a build costs beside a hand-written script; CASES="1x5 10x5" picks images x applications
	@tools/setup demo
	@python -m benchmarks

.PHONY: benchmark-scan
benchmark-scan: ## The search for secrets beside grep, on 400,000 files; FILES=20000 makes fewer. Needs Mono
	@tools/setup demo
	@python -m benchmarks.secret_scan

.PHONY: clean
clean: ## Remove everything that was built or installed
	rm -rf .build
