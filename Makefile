# Everything that a developer, CI and the package build call. `make help` lists the targets.
# Debian's Python is what the product ships on; another one may come first on PATH.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules

export PATH := /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:$(PATH)
PYTHON ?= $(shell packaging/find-python)
VENV := .venv
BIN := $(VENV)/bin
LOCKS := packaging/requirements
STAMP := $(VENV)/.complete
export DEBIAN_FRONTEND := noninteractive
ROOT := $(shell test "$$(id -u)" = 0 && echo yes)
LOCK = $(BIN)/uv pip compile --quiet --generate-hashes --no-header --no-emit-index-url --python $(BIN)/python
RUFF_PATHS = agent plugins tests docs packaging setup.py
COMPILED := build/compiled
COMPILED_SUITES = tests/unit/transports tests/unit/services tests/conformance tests/fuzz tests/integration/snmp tests/integration/receivers
AGENT_SUITES = $(addprefix tests/integration/,agent api cli events link plugins polling)
BENCHES = bench-poll bench-ingest bench-forward bench-store bench-backup

.PHONY: help venv lock demo test test-fast test-agents test-others test-packages test-compiled test-long check docs compiled bench $(BENCHES) deb clean

help: ## list the targets
	@sed -n 's/^\([a-z][a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 18

venv: $(STAMP) ## make .venv from the locked requirements; leaves .venv/bin/cmsp-agent

$(STAMP): $(LOCKS)/dev.txt pyproject.toml
	packaging/make-venv "$(PYTHON)" $(VENV) $(LOCKS)/dev.txt
	touch $@

lock: ## pin what packaging/requirements/*.in ask for, with hashes
	test -x $(BIN)/uv || { $(PYTHON) -m venv $(VENV) && $(BIN)/pip install --quiet uv; }
	$(LOCK) $(LOCKS)/runtime.in $(LOCKS)/pysnmp.in --output-file $(LOCKS)/runtime.txt $(UPGRADE)
	$(LOCK) $(LOCKS)/dev.in --constraint $(LOCKS)/runtime.txt --output-file $(LOCKS)/dev.txt $(UPGRADE)

demo: venv ## play the story on the built-in site; KEEP=1 goes on afterwards
	$(BIN)/python -m tests.lab.demo $(if $(KEEP),--keep)

test-packages: ## as root: install the Debian packages that the tests need
	packaging/install-packages packaging/test-packages.txt

test: venv $(if $(ROOT),test-packages) ## run the tests; as root with everything, else says what was left out
	$(if $(TESTS),packaging/run-tests $(BIN)/python $(TESTS),$(MAKE) --no-print-directory --jobs=2 test-agents test-others)

# Two lanes of about the same length, so that the processor works in one while the other waits.
test-agents: venv # what starts whole agents or looks at how late a poll is, and waits most of the time
	packaging/run-tests $(BIN)/python $(AGENT_SUITES)

test-others: venv # everything else, with less of a claim to the processor; shown when it ends
	mkdir -p build
	{ nice packaging/run-tests $(BIN)/python tests $(AGENT_SUITES:%=--ignore=%) && nice $(MAKE) test-compiled; } >build/test-others.log 2>&1 \
		  && cat build/test-others.log || { cat build/test-others.log; exit 1; }

compiled: $(COMPILED)/.complete ## build/compiled: the modules compiled, as the package ships them

# What was built before and is as new as its sources stays.
$(COMPILED)/.complete: $(STAMP) setup.py packaging/build-compiled $(shell find agent plugins -name '*.py' -o -name compiled.txt)
	packaging/build-compiled . build/compiled-wheel $(COMPILED)
	touch $@

test-fast: venv ## run the unit tests, which need no network and no root; at most FAST_SECONDS (60) in all
	$(BIN)/python packaging/fast_tests.py $(or $(FAST_SECONDS),60)

test-compiled: compiled ## the SNMP and receiver suites on the compiled modules
	CMSP_TEST_COMPILED=1 PYTHONPATH=$(CURDIR)/$(COMPILED) packaging/run-tests $(BIN)/python $(or $(TESTS),$(COMPILED_SUITES))

test-long: venv $(if $(ROOT),test-packages) ## the long forms of the kill and fuzz tests
	CMSP_LONG=1 $(BIN)/python -m pytest -m long --timeout 3600 $(TESTS)

check: venv ## what CI checks without running the product
	$(BIN)/ruff format --check $(RUFF_PATHS)
	$(BIN)/ruff check $(RUFF_PATHS)
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python packaging/shape.py
	$(BIN)/python packaging/words.py
	$(BIN)/python packaging/unused.py
	$(BIN)/python -m docs.tools.generate --check

docs: venv ## write docs/reference from the code
	$(BIN)/python -m docs.tools.generate

bench: $(BENCHES) ## every benchmark, with its peers in the same run

# a static pattern: make looks for no implicit rule where a target is phony
$(BENCHES): bench-%: venv
	$(if $(ROOT),packaging/install-packages packaging/bench-packages.txt)
	$(MAKE) compiled
	PYTHONPATH=$(CURDIR)/$(COMPILED) $(BIN)/python -m tests.bench.$* $(if $(SITE),--site $(SITE)) $(OPTIONS)

deb: venv ## build/*.deb
	packaging/build-deb build

clean: ## remove what was built; .venv stays
	rm -rf build dist *.egg-info agent/*.egg-info
	find agent plugins tests docs packaging -name __pycache__ -type d -prune -exec rm -rf {} +
