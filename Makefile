# Savepoint. `make sandbox` to try it, `make test` to check it; everything stays inside .venv.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# Compiled once, not in each of the many processes that tests and sandbox start.
export PYTHONDONTWRITEBYTECODE :=

help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

setup: $(READY) ## make .venv and install the locked dependencies (once)

$(READY): requirements-dev.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Savepoint needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ...")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing the locked dependencies into $(VENV) ..."
	@if command -v uv >/dev/null 2>&1; then \
		uv pip install -q --compile-bytecode --python $(BIN)/python --require-hashes -r requirements-dev.lock && \
		uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation --editable . ; \
	else \
		$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock && \
		$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation --editable . ; \
	fi
	@touch $(READY)

sandbox: setup ## start Savepoint with everything embedded and print the address of its page
	@$(BIN)/savepoint sandbox

test: setup ## run all tests, two at a time
	@$(BIN)/python -m pytest -n 2

lint: setup ## style, types and import contracts
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports

fix: setup ## format and mend what can be mended by itself
	@$(BIN)/ruff format . && $(BIN)/ruff check --fix .

check: lint test ## what CI runs

screenshots: setup ## take the pictures of docs/images anew (needs Chromium)
	@$(BIN)/python -m pytest -q tests/browser/test_restore_in_the_sandbox.py
	@$(BIN)/python -m tests.browser.pictures

neo4j: setup ## get a real Neo4j server for tests and the sandbox (needs Java 17 or 21, and Maven)
	@$(BIN)/python -m tests.neo4j

bench: setup ## measure, as ratios against a floor in the same run
	@$(BIN)/python -m benchmarks

COMPILE := uv pip compile --no-strip-extras --generate-hashes --universal --python-version 3.11 --no-annotate --no-header -q
lock: ## resolve the dependencies anew (needs uv)
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) pyproject.toml --group dev -o requirements-dev.lock
	$(COMPILE) --group build -o requirements-build.lock

.PHONY: help setup sandbox test screenshots lint fix check neo4j bench lock
