#!/bin/sh
# Writes the three pinned files from pyproject.toml: one set of versions for Python 3.11 to 3.13 and every platform.
# torch is left out of them, because scripts/setup.sh chooses its build.
set -eu
cd "$(dirname "$0")/.."

compile() {
    output=$1
    shift
    .venv/bin/uv pip compile pyproject.toml "$@" --output-file "$output" --universal --python-version 3.11 \
        --no-emit-package torch --no-emit-index-url --no-emit-find-links --no-header --no-annotate --generate-hashes --quiet
}

compile requirements-dev.txt --extra worker --extra dev
compile requirements.txt --extra worker --constraint requirements-dev.txt
compile requirements-web.txt --constraint requirements-dev.txt
