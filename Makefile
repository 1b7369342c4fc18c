# Hedgerow. `make` alone lists what there is; CONTRIBUTING.md says more.
# Everything is installed into .venv, by pip, from the pinned and hashed files in requirements/.
# Another Python: make PYTHON=python3.12 test. More for pytest: make test ARGS="-k media".

PYTHON ?= python3
ARGS ?=
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
LOCK := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-header --no-emit-index-url --no-emit-find-links \
	pyproject.toml requirements/build.in
# An unset or empty HOME gives pip no place of its own for a cache: do without one.
ifeq ($(strip $(HOME)),)
PIP += --no-cache-dir
endif

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help demo test check fix bench words lock setup peers clean

help: ## list what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' Makefile

demo: $(VENV)/demo.stamp ## run the main job on real photographs and show what came out
	@$(BIN)/hedgerow demo

test: $(VENV)/dev.stamp ## run the tests
	@$(BIN)/python -m pytest $(ARGS)

check: $(VENV)/dev.stamp ## format, lint, types, the rooms' order, and what docs and files promise
	@echo "Format" && $(BIN)/ruff format --check .
	@echo "Lint" && $(BIN)/ruff check .
	@echo "Types" && $(BIN)/mypy
	@echo "Order of the rooms" && $(BIN)/lint-imports
	@echo "Promises" && $(BIN)/python -m checks

fix: $(VENV)/dev.stamp ## format the code and mend what ruff can mend
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: peers ## measure against the peers; prints and plots
	@$(BIN)/python -m bench $(ARGS)

setup: $(VENV)/dev.stamp ## make .venv and nothing else

peers: $(VENV)/bench.stamp ## install what Hedgerow is measured against (needs g++, python3-dev)

# dev first: the others take the versions it chose, so that one .venv holds all three.
words: $(VENV)/dev.stamp ## bring the catalogues of the survivors' pages up to date with what they say
	@$(BIN)/python -m checks.catalogues

lock: $(VENV)/dev.stamp ## pin the dependencies of pyproject.toml anew (UPGRADE=1 for the newest)
	@$(LOCK) $(if $(UPGRADE),--upgrade) --extra dev --output-file requirements/dev.txt
	@$(LOCK) --constraints requirements/dev.txt --extra demo --output-file requirements/demo.txt
	@$(LOCK) $(if $(UPGRADE),--upgrade) --constraints requirements/dev.txt --extra demo --extra bench \
		--output-file requirements/bench.txt
	@echo "Pinned: requirements/dev.txt, demo.txt, bench.txt"

clean: ## remove .venv and what the tools left
	@rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis

# A stamp is newer than the files it was installed from: a second `make test` installs nothing.
$(VENV)/%.stamp: requirements/%.txt pyproject.toml | $(VENV)/made.stamp
	@echo "Installing requirements/$*.txt into $(VENV) (once, about a minute)…"
	@$(PIP) install --require-hashes --no-deps --only-binary :all: $(SOURCE_$*) -r $<
	@$(PIP) install --no-deps --no-index --no-build-isolation --editable .
	@touch $@

# Two peers come as source alone: they are built with the tools of dev.txt, not with what pip
# would fetch unpinned.
SOURCE_bench := --no-binary pdqhash,weighted-levenshtein --no-build-isolation
$(VENV)/bench.stamp: $(VENV)/dev.stamp | $(VENV)/compiler.stamp

$(VENV)/compiler.stamp: | $(VENV)/made.stamp
	@{ command -v g++ && $(BIN)/python -c 'import pathlib, sys, sysconfig; \
		sys.exit(not (pathlib.Path(sysconfig.get_path("include")) / "Python.h").exists())'; } >/dev/null || { \
		echo "The peers are built from source, with g++ and Python's headers." >&2; \
		echo "On Debian: apt-get install g++ python3-dev" >&2; exit 1; }
	@touch $@

$(VENV)/made.stamp:
	@command -v $(PYTHON) >/dev/null || { \
		echo "There is no $(PYTHON) here. On Debian: apt-get install python3 python3-venv" >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Hedgerow needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) -V 2>&1)." >&2; \
		echo "Install a newer one and name it: make PYTHON=python3.12 …" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) has no venv module. On Debian: apt-get install python3-venv" >&2; exit 1; }
	@echo "Setting up $(VENV) with $$($(PYTHON) -V)…"
	@$(PYTHON) -m venv --clear $(VENV)
	@touch $@
