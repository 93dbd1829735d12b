"""Runs a command beside a throw-away PostgreSQL server: `python scripts/with_postgres.py COMMAND…`

DATABASE_URL of the command names the server. Where TEST_DATABASE_URL is set, that one is used instead.
The server listens on a Unix socket in a private folder, keeps nothing, and runs under a non-root user.
"""

import contextlib
import glob
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

FAST = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=60"]


def binaries() -> Path:
    """The folder of this machine's newest PostgreSQL server; exits with a sentence when there is none."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"), key=lambda p: int(p.split("/")[4]))
    path = found[-1] if found else shutil.which("postgres")
    if path is None:
        sys.exit(
            "No PostgreSQL server was found: install one (Debian and Ubuntu: sudo apt install postgresql), "
            "or set TEST_DATABASE_URL to a server where databases may be created."
        )
    return Path(path).parent


def unprivileged() -> dict[str, object]:
    """How to start a process that is not root's: nothing for a normal user."""
    if os.getuid() != 0:
        return {}
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = names.get("postgres") or names["nobody"]
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


@contextlib.contextmanager
def postgres() -> Iterator[str]:
    """A running server; yields its URL."""
    tools, who = binaries(), unprivileged()
    folder = Path(tempfile.mkdtemp(prefix="plumbline-postgres-"))
    if who:
        os.chown(folder, who["user"], who["group"])  # type: ignore[arg-type]
    create = [tools / "initdb", "--pgdata", folder / "data", "--username", "plumbline", "--auth", "trust"]
    create += ["--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]
    start = [tools / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses="]
    start += [part for option in FAST for part in ("-c", option)]
    try:
        subprocess.run(create, check=True, stdout=subprocess.DEVNULL, cwd=folder, **who)  # type: ignore[call-overload]
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(
                start, stdout=log, stderr=log, cwd=folder, start_new_session=True, **who
            )  # type: ignore[call-overload]
        try:
            await_ready(tools, folder, server)
            yield f"postgresql://plumbline@{quote(str(folder), safe='')}/postgres"
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def await_ready(tools: Path, folder: Path, server: "subprocess.Popen[bytes]") -> None:
    """Return once the server accepts connections; exits with its log when it does not."""
    ask = [tools / "pg_isready", "--quiet", "--host", folder]
    for _ in range(200):
        if subprocess.run(ask, check=False).returncode == 0:
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    sys.exit(f"The throw-away PostgreSQL server did not start:\n{(folder / 'log').read_text()[-2000:]}")


def main(command: list[str]) -> int:
    """Run `command` with DATABASE_URL set; returns its exit status."""
    if named := os.environ.get("TEST_DATABASE_URL"):
        return subprocess.call(command, env={**os.environ, "DATABASE_URL": named})
    with postgres() as url:
        return subprocess.call(command, env={**os.environ, "DATABASE_URL": url})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
