# The course in five commands: make book · make test · make lab · make execute · make help

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
BACKENDS := $(VENV)/.backends
HTML := _build/html
SOURCES := $(shell find _config.yml _toc.yml book aecourse -type f -not -path '*/__pycache__/*' -not -path '*/.ipynb_checkpoints/*' 2>/dev/null)

# Real data, when a folder with a MANIFEST.json stands beside the checkout or is named by the user.
# Without it everything still works: data sets are downloaded, or stand-ins take their place.
ifeq ($(origin AECOURSE_DATA_DIR),undefined)
ifneq ($(wildcard ../shared/data/MANIFEST.json),)
export AECOURSE_DATA_DIR := $(abspath ../shared/data)
endif
endif

# glibc gives every large array back to the system at once. Training asks for the same arrays anew at
# each step, and on a virtual machine the system's part of that was half of the time.
export MALLOC_MMAP_MAX_ ?= 0
export MALLOC_TRIM_THRESHOLD_ ?= 1000000000

.PHONY: help book test lab execute lint unit coverage backends pairs notebooks pages install browser pins clean

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# ---------------------------------------------------------------- for readers

book: $(HTML)/.built  ## Build the HTML book and say where it is
	@echo
	@echo "The book is at  $(abspath $(HTML))/index.html"
	@echo "Open it with    $(PYTHON) -m webbrowser file://$(abspath $(HTML))/index.html"

lab: $(INSTALLED)  ## Open the notebooks in JupyterLab
	$(BIN)/jupyter lab --config=tools/jupyter_lab_config.py book/part1/01_overview.ipynb

# -------------------------------------------------------------- for authors

execute: $(INSTALLED)  ## Run stale notebooks in the full profile and store their outputs (CHAPTER=name for one)
	$(BIN)/python -m tools.execute $(CHAPTER)

test: lint  ## Run everything that CI runs
	$(ONE_THREAD) $(MAKE) --jobs=2 --output-sync=target unit backends notebooks
	$(MAKE) pages

lint: $(INSTALLED)  ## Style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

unit: $(INSTALLED)  ## The package's tests
	$(BIN)/python -m pytest -m $(UNIT)

coverage: $(INSTALLED)  ## The same and the slow ones, with the share of lines and branches they reach (maintainers)
	$(BIN)/python -m pytest -m $(UNIT_AND_SLOW) --cov --cov-report=term --cov-fail-under=93

backends: $(BACKENDS)  ## The tests of all models on torch, of the four frameworks, and of several processes on JAX
	KERAS_BACKEND=torch $(BIN)/python -m pytest -q -p no:cacheprovider -m "not product" $(ANY_BACKEND)
	KERAS_BACKEND=jax $(JAX_CACHE) $(BIN)/python -m pytest -q -p no:cacheprovider tests/project/test_together.py
	$(BIN)/python -m pytest -q -p no:cacheprovider -m backends tests/frameworks

pairs: $(BACKENDS)  ## Every model over every network, on every backend: long (maintainers)
	for backend in tensorflow torch; do \
	  KERAS_BACKEND=$$backend $(BIN)/python -m pytest -q -p no:cacheprovider -m product tests/models/test_common.py; \
	done
	KERAS_BACKEND=jax $(JAX_CACHE) $(BIN)/python -m pytest -q -p no:cacheprovider $(ANY_BACKEND)

notebooks: $(INSTALLED)  ## Every notebook, run in the quick profile on stand-in data
	env -u AECOURSE_DATA_DIR AECOURSE_PROFILE=quick AECOURSE_OFFLINE=1 JUPYTER_PREFER_ENV_PATH=1 \
	  AECOURSE_PROGRESS=$(abspath _build)/nbval-progress.json \
	  $(BIN)/python -m pytest --nbval-lax --nbval-current-env --nbval-cell-timeout=180 --nbval-sanitize-with tests/notebooks/sanitize.cfg \
	  --timeout=600 -p no:cacheprovider book

pages: $(HTML)/.built browser  ## The built pages in Chromium, the notebooks in JupyterLab
	$(BIN)/python -m pytest -m "browser or lab"

pins: $(INSTALLED)  ## Renew requirements.txt from pyproject.toml (maintainers)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra applications --extra book --extra project --extra test --universal --python-version 3.11 \
	  --upgrade --no-emit-index-url --no-annotate --no-header --output-file requirements.txt
	$(BIN)/uv pip compile pyproject.toml --extra backends --constraint requirements.txt --universal --python-version 3.11 \
	  --no-emit-index-url --no-annotate --no-header | grep -vxFf requirements.txt > requirements-backends.txt

clean:  ## Remove the built book (keeps the environment)
	rm -rf _build

# ------------------------------------------------------------------- set-up

UNIT := "not browser and not lab and not product and not backends and not slow"
UNIT_AND_SLOW := "not browser and not lab and not product and not backends"
# Two of the tests' parts run side by side. A library that wants both cores for itself waits in a loop
# for a thread whose core the other part has: small matrix products then took eight times as long.
ONE_THREAD := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 TF_NUM_INTRAOP_THREADS=1 TF_NUM_INTEROP_THREADS=1
ANY_BACKEND := tests/models/test_common.py tests/training/test_batches.py tests/training/test_sparse_batches.py
# Most of the time on JAX goes into compiling; what was compiled once is looked up.
JAX_CACHE := JAX_COMPILATION_CACHE_DIR=$(abspath _build)/jax-cache JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS=0 JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES=-1

install: $(INSTALLED)

$(INSTALLED): requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || { \
	  echo "This course needs Python 3.11, 3.12 or 3.13; $(PYTHON) is $$($(PYTHON) --version 2>&1)."; \
	  echo "Name another one:  make $(MAKECMDGOALS) PYTHON=python3.11"; exit 1; }
	@[ -x $(BIN)/python ] && $(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV) || { \
	  rm -rf $(VENV); \
	  echo "Python cannot make a virtual environment. On Debian:  apt install python3-venv"; exit 1; }
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

# torch and JAX are for the tests of the models on all of Keras's backends; readers need neither.
$(BACKENDS): $(INSTALLED) requirements-backends.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-backends.txt
	@touch $@

$(HTML)/.built: $(INSTALLED) $(SOURCES)
	$(BIN)/jupyter-book build . -W -n --keep-going --quiet
	@touch $@

browser:
	@command -v chromium chromium-browser google-chrome >/dev/null || { \
	  echo "Installing Chromium for the page tests"; \
	  if [ "$$(id -u)" = 0 ]; then run=; else run="sudo -n"; fi; \
	  { $$run apt-get -qq update && $$run apt-get -qq install -y chromium >/dev/null; } || { \
	    echo "The page tests need Chromium. On Debian:  apt install chromium"; exit 1; }; }
