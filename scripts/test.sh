#!/bin/sh
# Installs what the tests need beside Python packages, then runs all of them: on SQLite, and the parts that use
# the database again on PostgreSQL. TEST_DATABASE_URL names a PostgreSQL server to use instead of a throw-away one.
set -u
cd "$(dirname "$0")/.."
PYTHON=.venv/bin/python

say() { printf '%s\n' "$*" >&2; }
die() { say "test: $*"; exit 2; }

apt_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    say "test: installing $* with apt"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >&2
}

have_browser() { $PYTHON -m tests.support.chromium >/dev/null 2>&1; }

have_postgres() {
    [ -n "${TEST_DATABASE_URL:-}" ] || ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null 2>&1
}

have_browser || apt_install chromium || $PYTHON -m playwright install chromium >&2 || true
have_browser || die "no Chromium was found and none could be installed: install one (Debian: sudo apt install chromium), or set CHROMIUM=/path/to/chrome."
have_postgres || apt_install postgresql || true
have_postgres || die "no PostgreSQL server was found: install one (sudo apt install postgresql), or set TEST_DATABASE_URL to a server where databases may be created."

failed=""
run() {
    title=$1
    shift
    say ""
    say "== $title"
    "$@" || failed="$failed; $title"
}

run "kernel, contracts and web, on SQLite" $PYTHON -m pytest tests/kernel tests/contracts tests/web -n 2 -q
run "models, learners, sandbox and recipes, on SQLite" env OMP_NUM_THREADS=1 $PYTHON -m pytest tests/worker -m "not processes and not matrix" -n 2 -q
run "killed workers, on SQLite" $PYTHON -m pytest tests/worker/test_crash_matrix.py -m "not matrix" -n 2 -q
run "processes and browser, on SQLite" $PYTHON -m pytest tests/worker tests/browser -m "(processes or browser) and not matrix" --ignore tests/worker/test_crash_matrix.py -n 2 --dist loadfile -q
run "web, on PostgreSQL" $PYTHON scripts/with_postgres.py $PYTHON -m pytest tests/web -n 2 -q
run "durability, schedules and endpoint limits, on PostgreSQL" $PYTHON scripts/with_postgres.py $PYTHON -m pytest tests/worker/test_durability.py tests/worker/test_clock.py tests/worker/test_endpoint_gate.py -n 2 -q
say ""
if [ -n "$failed" ]; then
    say "Failed: ${failed#; }"
    exit 1
fi
say "All tests passed, on SQLite and on PostgreSQL."
