# Needs only make and Python 3.11 or newer (with its venv module). PYTHON=... chooses another interpreter.

VENV := .venv
BIN := $(VENV)/bin
NEWEST := $(firstword $(foreach p,python3 python3.13 python3.12 python3.11 python,$(shell command -v $(p) >/dev/null 2>&1 && \
	$(p) -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $(p))))
PYTHON ?= $(NEWEST)
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test test-all lint format bench clean

help:  ## What can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

demo: $(VENV)/.run  ## Forecast the founding case and write its brief
	$(BIN)/detente run korea-2019 --out korea-2019.html
	@echo "Open $(CURDIR)/korea-2019.html in a browser."

test: $(VENV)/.test  ## All tests but the slow ones
	$(BIN)/python -m pytest -n 2 --dist worksteal

test-all: $(VENV)/.test  ## All tests
	$(BIN)/python -m pytest -n 2 --dist worksteal -m "slow or not slow"

lint: $(VENV)/.dev  ## Style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

format: $(VENV)/.dev  ## Lay the code out
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(VENV)/.bench  ## Speed and agreement beside the fastest other program
	$(BIN)/python benchmarks/run.py

clean:  ## Remove what make made
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Détente needs Python 3.11 or newer; none was found. Install one, or name it:"; \
	echo "  make PYTHON=/path/to/python3"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	{ echo "Détente needs Python 3.11 or newer; $(PYTHON) is older (or missing)."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' || \
	{ echo "This Python has no venv module; on Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run: pyproject.toml | $(BIN)/python
	$(PIP) install -e .
	@touch $@

$(VENV)/.test $(VENV)/.dev $(VENV)/.bench: $(VENV)/.%: pyproject.toml | $(BIN)/python
	$(PIP) install -e '.[$*]'
	@touch $@ $(VENV)/.run
