# Each target does its own set-up from nothing and is fast when there is nothing to do.

VENV    := .venv
BIN     := $(VENV)/bin
READY   := $(VENV)/.ready
# Folder with frozen answers; without one, ../shared/data, if it is there.
VECTORS ?=
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help setup run demo test vectors check format bench fuzz kills docs openapi env lock clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(READY) ## build the environment in .venv; start nothing

$(READY): pyproject.toml requirements.lock scripts/setup
	scripts/setup $(VENV)
	@touch $@

run: $(READY) ## start database, ledger, API, worker and ingestion; API on port 8000 (or PORT)
	@$(BIN)/cantata up $(if $(PORT),--port $(PORT)) $(if $(LEDGER),--ledger $(LEDGER))

demo: $(READY) ## play a token's business through the API: of `make run`, or of one started for it
	@$(BIN)/cantata demo

test: $(READY) ## run all tests and replay the frozen vectors
	scripts/test $(BIN)/python $(WORKERS) --deselect tests/vectors/test_vectors.py::test_area_agrees
	@$(BIN)/python -m tests.vectors

vectors: $(READY) ## replay the frozen vectors below VECTORS (default ../shared/data)
	@$(BIN)/python -m tests.vectors $(if $(VECTORS),"$(VECTORS)")

check: $(READY) ## lint, types, import rules, structure
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .cache/import_linter
	$(BIN)/python -m pytest -q -m 'not slow' tests/architecture

format: $(READY) ## apply the formatter and the safe fixes
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(READY) ## measure against peers, as ratios in one run; QUICK=1 for a short look
	@$(BIN)/python -m bench $(if $(QUICK),--quick)

fuzz: $(READY) ## feed 100,000 mutated archives and as many commands to reader and ledger
	@$(BIN)/python -m bench.fuzz_archives
	@$(BIN)/python -m bench.fuzz_commands

kills: $(READY) ## kill ledger, platform and an exchange 1,200 times, and look for what was lost
	$(BIN)/python -m tests.faults.server.kills 1000
	CANTATA_DEEP=1 $(BIN)/python -m pytest -q -n0 tests/faults/platform tests/faults/exchange

openapi: $(READY) ## write docs/reference/openapi.json from the routes
	$(BIN)/python scripts/openapi.py

env: $(READY) ## write .env.example from the settings
	$(BIN)/python scripts/environment.py

docs: $(READY) ## build the documentation into site/
	$(BIN)/python scripts/reference.py
	$(BIN)/zensical build --clean --strict

lock: ## renew requirements.lock from pyproject.toml (docs/decisions/0001)
	uv pip compile --universal --python-version 3.11 --generate-hashes --upgrade \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	  --quiet --all-extras --group dev pyproject.toml --output-file requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --upgrade \
	  --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
	  --quiet bench/peer/requirements.in --output-file bench/peer/requirements.lock

clean: ## remove everything that was built
	rm -rf $(VENV) .venv-bench .cache .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache build dist site
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
