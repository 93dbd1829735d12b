"""Reads the process environment for the settings; every unusable value is one sentence."""

import hashlib
import os
import secrets
import socket
import tempfile
from pathlib import Path
from typing import Any

import dj_database_url
from django.core.exceptions import ImproperlyConfigured

SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # Checkpoints are the clock's alone: in SQLite 3.40 two processes at it can damage the log.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA wal_autocheckpoint=0",
}
LONGEST_SOCKET_PATH = 100
UPLOADS = "uploads"
LOCAL_HOSTS = ["localhost", "127.0.0.1", "[::1]"]
EVERY_INTERFACE = {"0.0.0.0", "::", "[::]"}  # noqa: S104  (recognised, never a default)


def data_dir(base: Path) -> Path:
    """The absolute folder of everything kept between starts, created with mode 0700 when absent."""
    folder = Path(os.environ.get("DATA_DIR") or base / "data").expanduser().resolve()
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (folder / UPLOADS).mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"DATA_DIR {folder} cannot be created ({error.strerror}): name a folder that you may write to."
        ) from error
    return folder


def secret_key(folder: Path) -> str:
    """SECRET_KEY, or the key that is generated once into `folder` with mode 0600."""
    if key := os.environ.get("SECRET_KEY"):
        return key
    path = folder / "secret_key"
    try:
        if not path.exists():
            _write_once(path, secrets.token_urlsafe(64))
        return path.read_text()
    except OSError as error:
        raise ImproperlyConfigured(
            f"{path} cannot be read or written ({error.strerror}): make DATA_DIR writable, or set SECRET_KEY."
        ) from error


def _write_once(path: Path, text: str) -> None:
    # Two processes may start at once: the hard link lets one of their complete files win.
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def port() -> int:
    """PORT as a number, 8000 when unset."""
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 1 <= int(text) <= 65535:
        raise ImproperlyConfigured(f"PORT is {text!r}: set it to a number from 1 to 65535.")
    return int(text)


def device() -> str:
    """DEVICE for the workers; empty means what torch finds."""
    name = os.environ.get("DEVICE", "")
    if name not in {"", "cpu", "cuda", "mps"}:
        raise ImproperlyConfigured(f"DEVICE is {name!r}: set it to cpu, cuda or mps, or leave it unset.")
    return name


def allowed_hosts(host: str) -> list[str]:
    """ALLOWED_HOSTS (comma-separated), else this machine's own names; always with the local ones."""
    named = [name.strip() for name in os.environ.get("ALLOWED_HOSTS", "").split(",") if name.strip()]
    if not named:
        named = [socket.gethostname(), socket.getfqdn()] if host in EVERY_INTERFACE else [host]
    return list(dict.fromkeys([*LOCAL_HOSTS, *named]))


def https_origins(hosts: list[str]) -> list[str]:
    """The origins of `hosts` behind a proxy that ends TLS, where Origin says https and the request http."""
    names = [f"*{host}" if host.startswith(".") else host for host in hosts if host != "*"]
    return [f"https://{name}" for name in names]


def database(folder: Path) -> dict[str, Any]:
    """The default database: PostgreSQL or SQLite by DATABASE_URL, else SQLite in `folder`."""
    url = os.environ.get("DATABASE_URL") or f"sqlite:///{folder / 'plumbline.sqlite3'}"
    scheme = url.partition(":")[0]
    if scheme not in {"sqlite", "postgres", "postgresql"}:
        raise ImproperlyConfigured(
            "DATABASE_URL names no database that Plumbline knows: "
            "use postgresql://user:password@host:5432/name or sqlite:////absolute/path."
        )
    try:
        config: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    except ValueError as error:
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read: percent-encode special characters of the password, "
            "as in postgresql://user:p%40ss@host:5432/name."
        ) from error
    if scheme == "sqlite":
        # Tests use a file as well: other processes must see it, and memory has no write-ahead log.
        return {**config, "OPTIONS": dict(SQLITE_OPTIONS), "TEST": {"NAME": str(folder / "test.sqlite3")}}
    return {**config, "OPTIONS": {"connect_timeout": 5, **config.get("OPTIONS", {})}}


def embedded_socket(folder: Path) -> Path:
    """Where the embedded broker listens: the same path for every process that uses `folder`."""
    path = folder / "valkey.sock"
    if len(os.fsencode(path)) <= LONGEST_SOCKET_PATH:
        return path
    name = hashlib.sha256(os.fsencode(folder)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"plumbline-{os.getuid()}-{name}" / "valkey.sock"


def broker_url(folder: Path) -> str:
    """BROKER_URL, else the embedded broker's socket."""
    url = os.environ.get("BROKER_URL") or f"redis+socket://{embedded_socket(folder)}"
    if not url.startswith(("redis://", "rediss://", "redis+socket://")):
        raise ImproperlyConfigured(
            "BROKER_URL names no broker that Plumbline knows: use redis://host:6379/0 (Redis or Valkey)."
        )
    return url


def listed(name: str) -> tuple[str, ...]:
    """The comma-separated words of a variable."""
    return tuple(word.strip() for word in os.environ.get(name, "").split(",") if word.strip())


def endpoint_keys() -> dict[str, tuple[str, ...]]:
    """ENDPOINT_KEYS: to which hosts each variable that holds a key may be sent, as `VARIABLE=host[:port]`."""
    allowed: dict[str, tuple[str, ...]] = {}
    for pair in listed("ENDPOINT_KEYS"):
        name, _, host = pair.partition("=")
        if not name or not host:
            raise ImproperlyConfigured(
                f"ENDPOINT_KEYS holds {pair!r}: write VARIABLE=host or VARIABLE=host:port, separated by commas."
            )
        allowed[name] = (*allowed.get(name, ()), host)
    return allowed
