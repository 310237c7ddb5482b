# make run, make test: all that a fresh clone needs.  make help lists the rest.
# PYTHON=... (or CRYOSIM_PYTHON) chooses the interpreter .venv is made from.

CASE ?= cases/abdomen_plate.toml
BIN := .venv/bin
STAMP := .venv/installed

ifdef PYTHON
export CRYOSIM_PYTHON := $(PYTHON)
endif

.PHONY: help run test lint docs calibrate env clean
.DEFAULT_GOAL := help

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1 - \2/p' Makefile

run: $(STAMP) ## look at this machine, then run one case (CASE=cases/NAME.toml)
	$(BIN)/cryosim doctor
	$(BIN)/cryosim run $(CASE)

test: lint ## lint, types, layers, and every test; those that start ranks come last, by themselves
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadscope -m "not parallel"
	$(BIN)/python -m pytest -m parallel

lint: $(STAMP) ## ruff, mypy and the import contracts
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/python -c "from importlinter.cli import lint_imports_command as lint; lint()" --no-logo

docs: $(STAMP) ## build the documentation into site/ (open site/index.html)
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

calibrate: $(STAMP) ## fit injury and course to trials again; writes cryosim/library/calibration.toml
	OMP_NUM_THREADS=1 $(BIN)/python -m cryosim.calibration

env: $(STAMP) ## make .venv, or renew it after a change of pyproject.toml or constraints.txt

$(STAMP): pyproject.toml constraints.txt scripts/make-environment.sh
	bash scripts/make-environment.sh

clean: ## remove .venv and every cache; results stay
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
