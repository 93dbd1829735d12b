#!/bin/sh
# Creates .venv and installs a pinned file into it: scripts/setup.sh [requirements.txt]
#
# PYTHON         the interpreter to use (default: the first of python3, 3.13, 3.12, 3.11 that fits)
# TORCH=cuda     installs the CUDA build of torch (Linux, about 2.7 GB) instead of the CPU build
# PIP_FIND_LINKS a folder or page of wheels, for machines that have torch's CPU build there
set -eu
cd "$(dirname "$0")/.."

REQUIREMENTS=${1:-requirements.txt}
TORCH=${TORCH:-cpu}
TORCH_VERSION=2.13.0
UV_VERSION=0.13.9
STAMP=.venv/.installed-$REQUIREMENTS
export UV_PYTHON_DOWNLOADS=never PIP_DISABLE_PIP_VERSION_CHECK=1
umask 022

say() { printf '%s\n' "$*" >&2; }
die() { say "setup: $*"; exit 2; }

fits() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

choose_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
        if fits "$candidate"; then
            printf '%s' "$candidate"
            return
        fi
    done
    die "Python 3.11, 3.12 or 3.13 was not found${PYTHON:+ as $PYTHON}: install one, or name it with PYTHON=/path/to/python."
}

require_space() {
    free=$(df -Pk . | awk 'NR == 2 { print int($4 / 1024) }')
    [ "$free" -ge "$1" ] || die "the disk of $(pwd) has $free MB left and the installation needs about $1 MB: free some space."
}

as_root_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 1
    say "setup: installing $* with apt"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } >&2
}

create_venv() {
    python=$1
    "$python" -m venv --clear .venv >/dev/null 2>&1 && return
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    rm -rf .venv
    as_root_install "$package" || true
    "$python" -m venv --clear .venv >/dev/null 2>&1 && return
    rm -rf .venv
    die "$python cannot create a virtual environment: install its venv module first (Debian and Ubuntu: sudo apt install $package)."
}

find_links() {
    printf '%s' "${UV_FIND_LINKS:-${PIP_FIND_LINKS:-$(.venv/bin/python -m pip config get global.find-links 2>/dev/null || true)}}"
}

pip_install() { .venv/bin/uv pip install --python .venv/bin/python --quiet "$@"; }

torch_works() {
    version=$(.venv/bin/python -c 'import torch; print(torch.__version__)' 2>/dev/null) || return 1
    case $version in
        "$TORCH_VERSION+cpu") [ "$TORCH" != cuda ] ;;
        "$TORCH_VERSION"*) ;;
        *) return 1 ;;
    esac
}

install_torch() {
    torch_works && return
    if [ "$TORCH" = cuda ] || [ "$(uname -s)" = Darwin ]; then
        pip_install --reinstall-package torch "torch==$TORCH_VERSION"
    elif pip_install "torch==$TORCH_VERSION+cpu" 2>/dev/null; then :
    elif pip_install --torch-backend=cpu "torch==$TORCH_VERSION" 2>/dev/null; then :
    else
        say "setup: torch's CPU build cannot be reached (download.pytorch.org, or a wheel named by PIP_FIND_LINKS);"
        say "setup: taking the build of the package registry, which downloads about 2.7 GB of CUDA libraries."
        require_space 9000
        pip_install "torch==$TORCH_VERSION"
    fi
}

install_all() {
    log=.venv/install.log
    if install_torch 2>"$log" && pip_install --requirement "$REQUIREMENTS" 2>>"$log"; then
        return
    fi
    tail -n 25 "$log" >&2
    if grep -qiE "(gcc|cc|clang|g\+\+)['\`]?( failed|: not found|: command not found)|No such file or directory: '(cc|gcc)'|compiler" "$log"; then
        die "a package must be compiled here and no C compiler was found: install one (Debian and Ubuntu: sudo apt install build-essential)."
    fi
    die "a package could not be installed; the lines above say why. Check the network and run the command again."
}

wanted() { { cat "$REQUIREMENTS" scripts/setup.sh; echo "$TORCH"; } | cksum; }

if [ -x .venv/bin/python ] && fits .venv/bin/python; then
    [ "$(cat "$STAMP" 2>/dev/null)" = "$(wanted)" ] && exit 0
else
    require_space 3000
    PYTHON=$(choose_python) || exit $?
    create_venv "$PYTHON"
fi
say "setup: installing $REQUIREMENTS into .venv (the first time takes a minute or two)"
[ "$(.venv/bin/uv --version 2>/dev/null | cut -d' ' -f2)" = "$UV_VERSION" ] ||
    .venv/bin/python -m pip install --quiet "uv==$UV_VERSION" ||
    die "uv could not be installed from the package registry: check the network or pip's settings."
LINKS=$(find_links)
[ -z "$LINKS" ] || export UV_FIND_LINKS="$LINKS"
install_all
# A .pth file: `.venv/bin/pytest` then finds this project's packages, as `python -m pytest` does.
.venv/bin/python -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_path("purelib"), "plumbline.pth").write_text(str(pathlib.Path.cwd()))'
wanted >"$STAMP"
