# Aureole's commands. `make run` and `make test` need Python 3.11, make and a C compiler; the rest installs itself.
#
#   make run                     start everything      PORT=8000 HOST=127.0.0.1 DATA_DIR=.data DEMO=1
#   make test                    the whole test suite  ARGS="tests/photos -k upload"
#   make check                   style, types, layers, migrations
#   make benchmark NAME=queue    one of the measurements in benchmarks/
#   make manage ARGS="doctor"    one of manage.py's commands, beside the running instance or with services of its own

PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= 8000
DATA_DIR ?= .data
ARGS ?=
export PORT DATA_DIR

# A process should find what the one before it compiled.
unexport PYTHONDONTWRITEBYTECODE

VENV := .venv
PY := $(VENV)/bin/python
INSTALL := sh config/embedded/install.sh $(PY)
# Stamps are named by content, so that nothing is installed again before a pin has changed.
content = $(firstword $(shell cat $(1) | cksum))
RUNTIME_FILES := requirements.txt requirements-nodeps.txt constraints.txt config/embedded/install.sh
RUNTIME := $(VENV)/.runtime-$(call content,$(RUNTIME_FILES))
DEV := $(VENV)/.dev-$(call content,$(RUNTIME_FILES) requirements-dev.txt)
BROWSER := $(VENV)/.browser

# One plain word list per recipe line: make then starts it without a shell in between, and signals reach it.
.PHONY: run
run: $(RUNTIME)
	@$(PY) -m config.embedded run

.PHONY: test
test: $(DEV) $(BROWSER)
	@$(PY) -m config.embedded test $(ARGS)

.PHONY: manage
manage: $(RUNTIME)
	@$(PY) -m config.embedded manage $(ARGS)

.PHONY: check
check: $(DEV)
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy .
	$(VENV)/bin/djlint --check --lint templates
	$(VENV)/bin/lint-imports
	$(PY) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	$(PY) -m pytest -q -p no:cacheprovider tests/test_architecture.py

.PHONY: benchmark
benchmark: $(DEV)
	@$(PY) -m benchmarks.$(NAME) $(ARGS)

.PHONY: install
install: $(RUNTIME)

.PHONY: pins
pins: $(DEV)
	@echo "# What the direct pins were installed with, so that a later day installs the same. Written by \`make pins\`." > constraints.txt
	@$(PY) -m pip freeze --exclude insightface --exclude uv >> constraints.txt

$(PY):
	@$(PYTHON) -m venv $(VENV)

$(RUNTIME): | $(PY)
	@echo "Installing Aureole's packages (about a minute, once)."
	@$(INSTALL) -r requirements.txt -c constraints.txt
	@$(INSTALL) --no-deps -r requirements-nodeps.txt
	@touch $@

$(DEV): | $(RUNTIME)
	@echo "Installing what the tests and checks need."
	@$(INSTALL) -r requirements-dev.txt -c constraints.txt
	@touch $@

# Debian's Chromium where we may install it, Playwright's own elsewhere.
$(BROWSER): | $(DEV)
	@sh config/embedded/install_browser.sh $(PY)
	@touch $@
