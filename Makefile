# Hotline's commands. Each sets up what it needs first; `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
READY := .venv/.ready
# Two workers on a small machine; a module's tests stay together, so that its fixtures are made once.
TEST_WORKERS ?= 2
PYTEST ?= $(BIN)/pytest -n $(TEST_WORKERS) --dist loadscope
CODE := hotline workers tests $(if $(wildcard benchmarks/*.py benchmarks/*/*.py),benchmarks)
LOCK := $(BIN)/uv pip compile --quiet --universal --generate-hashes --no-emit-index-url --python-version 3.11

.PHONY: help setup demo test lint types contracts flows unit locks clean

help: ## List these commands
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/make \1\t\2/p' Makefile | expand -t 18

setup: $(READY) ## Make .venv with everything in requirements-dev.lock
	@:

# A virtual environment that was moved or copied is made anew.
ifneq ($(shell grep -sF "$(CURDIR)/.venv/bin/python" $(BIN)/pip >/dev/null && echo ours),ours)
$(READY): moved
.PHONY: moved
moved:
endif
$(READY): requirements-dev.lock pyproject.toml bin/setup
	@bin/setup

demo: setup ## Run the whole hotline here, with a pretend carrier and pretend phones
	@HOTLINE_MODE=demo exec $(BIN)/hotline demo

test: lint types contracts flows unit ## Lint, types, import contracts, flows and tests

lint: setup ## Ruff, with the rules of bandit, and what bandit itself holds to be grave
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/bandit --quiet --recursive --severity-level high --configfile pyproject.toml hotline workers

types: setup ## mypy, strict
	$(BIN)/mypy --strict $(CODE)

contracts: setup ## Which room may import which
	$(BIN)/lint-imports --no-cache

flows: setup ## Prove every text, link, bound and translation
	$(BIN)/hotline check

unit: setup ## The tests alone; PYTEST='.venv/bin/pytest -k word' for some of them
	$(PYTEST)

locks: setup ## Write both lock files anew from pyproject.toml
	$(LOCK) pyproject.toml -o requirements.lock
	$(LOCK) --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock

clean: ## Remove what was built; keeps var/, the hotline's data
	rm -rf .venv build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find hotline workers tests benchmarks -name __pycache__ -prune -exec rm -rf {} +
