# make run    installs what is missing and starts everything
# make test   installs what the tests need and runs all of them
# make test-all  the same, and every recipe through a crash
# make check  the fast tier: lint, import rules, kernel, web on SQLite; under two minutes
PYTHON_BIN := .venv/bin/python

.PHONY: run setup setup-dev test test-all check lint types format lock

run: setup
	@exec $(PYTHON_BIN) manage.py up

setup:
	@scripts/setup.sh requirements.txt

setup-dev:
	@scripts/setup.sh requirements-dev.txt

test: setup-dev
	@scripts/test.sh

# everything, and every recipe through a crash
test-all: test
	$(PYTHON_BIN) -m pytest tests/worker -m matrix -q

check: setup-dev lint types
	$(PYTHON_BIN) -m pytest tests/kernel tests/contracts tests/web -m "not slow and not browser" -n 2 -q

lint:
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .

types:
	.venv/bin/mypy experiments alignment_web

format:
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

lock: setup-dev
	@scripts/lock.sh
