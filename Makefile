# What there is to do with this project; `make` alone lists it. Needs GNU make, a POSIX shell and Python >= 3.11.
#
#   make demo PORT=8001        any variable of exercise/settings.py can be given like this
#   make test ARGS='-k clock'  ARGS goes to the program behind the target
#   make demo PYTHON=/opt/python3.12/bin/python3

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
PYTEST := $(BIN)/pytest
RUNTIME := .venv/.runtime
DEV := .venv/.dev
BENCH := .venv/.bench
PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes
FUZZ_S ?= 300
SCENARIO ?= scenarios/samples/so-cong-thuong-2023.yaml
RUNS ?= 20
PLAIN := not browser and not engine and not postgres and not hosts

.PHONY: help demo run test lint lock migrate messages screenshots rehearse ci \
	browser-tests engine-tests postgres-tests postgres-drills hosts-tests chaos fuzz reliability \
	bench bench-quick bench-report soak

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(RUNTIME) ## Run everything with the sample drill already under way, on http://127.0.0.1:8000
	@exec $(MANAGE) demo $(ARGS)

run: $(RUNTIME) ## Run everything, empty; the first visit makes the administrator
	@exec $(MANAGE) run $(ARGS)

migrate: $(RUNTIME) ## Bring the database up to date (demo and run do this themselves)
	@$(MANAGE) migrate $(ARGS)

rehearse: $(RUNTIME) ## Run SCENARIO=file from start to end with bots and report
	@exec $(MANAGE) rehearse $(SCENARIO) $(ARGS)

test: $(DEV) ## The plain suite: needs no Redis, PostgreSQL or browser
	@$(PYTEST) -n auto -m "$(PLAIN)" $(ARGS)

lint: $(DEV) ## Style, types, one-way imports, migrations: none missing, none that breaks the last release
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy units scenarios exercise
	@$(BIN)/lint-imports
	@$(MANAGE) makemigrations --check --dry-run
	@$(BIN)/python -m tests.expand

browser-tests: $(DEV) ## The screens in a real Chromium
	@$(PYTEST) -n auto -m browser $(ARGS)

engine-tests: $(DEV) ## With a real broker, worker and beat
	@$(PYTEST) -n auto -m "engine and not postgres" --ignore tests/chaos $(ARGS)

postgres-tests: $(DEV) ## What touches a database, on PostgreSQL
	@.ci/with-postgres $(PYTEST) -n auto --with-database \
		-m "not browser and not engine and not hosts" -k "not sqlite" $(ARGS)

postgres-drills: $(DEV) ## With a broker, worker and beat there; more of them: hosts-tests, chaos
	@.ci/with-postgres $(PYTEST) -n auto -m engine tests/archive tests/engine/test_another_host.py \
		--ignore tests/archive/test_hostile.py $(ARGS)

fuzz: $(DEV) ## Random sessions against every address and command for FUZZ_S seconds
	@$(PYTEST) -q -s -p no:randomly --timeout 0 tests/screens/test_any_session.py \
		--fuzz-s $(FUZZ_S) $(ARGS)

hosts-tests: $(DEV) ## On hosts of their own: the network is cut between every two (as root on Linux)
	@$(PYTEST) -m hosts $(ARGS)

chaos: $(DEV) ## Every fault twice in a drill, on SQLite and PostgreSQL: nothing lost (as root)
	@.ci/with-postgres $(PYTEST) -n 4 tests/chaos $(ARGS)

reliability: $(DEV) ## The same RUNS times each, into docs/reliability.md; broken off, it goes on
	@.ci/with-postgres $(BIN)/python -m tests.chaos.reliability --runs $(RUNS) $(ARGS)

soak: $(DEV) ## An hour at ×120 with 40 units and 500 viewers: does anything grow?
	@$(BIN)/python -m benchmarks.soak $(ARGS)

bench: $(BENCH) ## Measure all (or PARTS="fan_out pages") and write docs/benchmarks.md; half an hour
	@exec $(BIN)/python -m benchmarks $(PARTS) $(ARGS)

bench-quick: $(BENCH) ## The same at small sizes into var/bench: shows only that the scripts work
	@exec $(BIN)/python -m benchmarks $(PARTS) --scale small $(ARGS)

bench-report: $(DEV) ## Write docs/benchmarks.md from the results that are there
	@$(BIN)/python -m benchmarks --report

ci: ## All suites, with what they need installed (as root on Debian)
	@exec .ci/run

screenshots: $(DEV) ## Draw every screen in both languages into docs/screens
	@$(BIN)/python -m tests.browser.screenshots $(ARGS)

messages: $(DEV) ## Extract and compile the translations (needs gettext)
	@$(MANAGE) makemessages --locale en --no-obsolete --add-location file \
		--ignore '.venv/*' --ignore 'var/*' --ignore 'tests/*' --ignore 'benchmarks/*'
	@$(MANAGE) compilemessages --locale en --ignore '.venv'

lock: $(DEV) ## Write the requirements files anew from pyproject.toml (ARGS=--upgrade for newer versions)
	@$(BIN)/python -m uv --version >/dev/null 2>&1 || $(BIN)/python -m pip install --quiet uv
	@$(BIN)/python -m uv pip compile $(LOCK_OPTIONS) pyproject.toml --output-file requirements.txt
	@$(BIN)/python -m uv pip compile $(LOCK_OPTIONS) pyproject.toml --group dev \
		--constraint requirements.txt --output-file requirements-dev.txt
	@$(BIN)/python -m uv pip compile $(LOCK_OPTIONS) pyproject.toml --group dev --group bench \
		--constraint requirements-dev.txt --output-file requirements-bench.txt

LOCK_OPTIONS = --quiet --universal --generate-hashes --python-version 3.11 --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links $(ARGS)

# ── the environment: made once, brought up to date when the requirements change ────────────────

$(BIN)/python:
	@set -e; \
	fits() { "$$1" -c 'import sys; raise SystemExit(sys.version_info < (3, 11))' >/dev/null 2>&1; }; \
	for python in $(or $(PYTHON),python3.13 python3.12 python3.11 python3); do \
		if fits "$$python"; then found=$$python; break; fi; \
	done; \
	if [ -z "$${found:-}" ]; then \
		echo "Python 3.11 or newer is needed and was not found$(if $(PYTHON), as $(PYTHON))." >&2; \
		echo "Install it, or say where it is: make $(or $(MAKECMDGOALS),demo) PYTHON=/path/to/python3" >&2; \
		exit 1; \
	fi; \
	if ! "$$found" -c 'import ensurepip, venv' >/dev/null 2>&1; then \
		version=$$("$$found" -c 'import sys; print("%d.%d" % sys.version_info[:2])'); \
		echo "$$found cannot make environments. On Debian and Ubuntu: apt install python$$version-venv" >&2; \
		exit 1; \
	fi; \
	echo "making .venv with $$("$$found" --version)"; \
	"$$found" -m venv --clear .venv

$(RUNTIME): requirements.txt | $(BIN)/python
	@echo "installing what the product needs (once)"
	@$(PIP_INSTALL) -r requirements.txt
	@touch $@

$(DEV): requirements-dev.txt | $(BIN)/python
	@echo "installing what the tests need (once)"
	@$(PIP_INSTALL) -r requirements-dev.txt
	@touch $@ $(RUNTIME)

$(BENCH): requirements-bench.txt | $(DEV)
	@echo "installing what the product is measured against (once)"
	@$(PIP_INSTALL) -r requirements-bench.txt
	@touch $@
