"""What must hold before anything starts; each thing that does not is one sentence."""

import errno
import os
import shutil
import socket
from pathlib import Path

import psutil
from django.db import DatabaseError, connection
from kombu import Connection
from kombu.exceptions import OperationalError as BrokerError
from kombu.utils.url import sanitize_url

LEAST_FREE_MB = 500
NETWORK_FILE_SYSTEMS = {
    "nfs", "nfs4", "cifs", "smbfs", "smb2", "smb3", "afpfs", "afs", "ceph", "lustre", "gpfs", "glusterfs",
    "beegfs", "fuse.sshfs", "fuse.glusterfs", "fuse.ceph", "fuse.s3fs", "fuse.rclone", "webdav", "davfs",
}  # fmt: skip


class Refusal(Exception):
    """Nothing can start; the message says what, where and what to do."""


def check_port(host: str, port: int) -> None:
    """Raise Refusal unless this process may listen on host:port."""
    try:
        family, _, _, _, address = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
    except OSError as error:
        raise Refusal(_why_not(host, port, error)) from error


def _why_not(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        advice = f"stop what listens there, or choose another, as in PORT={port + 1} make run."
        return f"Port {port} on {host} is in use: {advice}"
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than this user has: choose one above 1023, as in PORT=8000."
    return f"HOST {host} is no address of this machine ({error.strerror}): set HOST to 127.0.0.1 or 0.0.0.0."


def check_disk(folder: Path) -> None:
    """Raise Refusal unless `folder` takes a file and its disk has LEAST_FREE_MB left."""
    probe = folder / f"probe.{os.getpid()}"
    try:
        with probe.open("wb") as file:
            file.write(b"\0" * 65536)
            os.fsync(file.fileno())
    except OSError as error:
        raise Refusal(
            f"DATA_DIR {folder} cannot be written ({error.strerror}): "
            "free space or correct its rights, or set another DATA_DIR."
        ) from error
    finally:
        probe.unlink(missing_ok=True)
    free = shutil.disk_usage(folder).free // 2**20
    if free < LEAST_FREE_MB:
        raise Refusal(
            f"The disk of DATA_DIR {folder} has {free} MB left and a run needs at least {LEAST_FREE_MB} MB: "
            "free some space, or set another DATA_DIR."
        )


def check_file_system(path: Path) -> None:
    """Raise Refusal when `path` lies on a network file system, where SQLite's locks do not hold."""
    mounts = [m for m in psutil.disk_partitions(all=True) if path.is_relative_to(m.mountpoint)]
    mount = max(mounts, key=lambda m: len(m.mountpoint), default=None)
    if mount is not None and mount.fstype.lower() in NETWORK_FILE_SYSTEMS:
        raise Refusal(
            f"{path} lies on a network file system ({mount.fstype}), where SQLite loses data: "
            "set DATA_DIR to a local disk, or DATABASE_URL to a PostgreSQL server."
        )


def check_database() -> None:
    """Raise Refusal unless the database accepts a connection; an SQLite file must lie on a local disk."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        check_file_system(Path(settings["NAME"]).resolve().parent)
        where = str(settings["NAME"])
    else:
        where = f"{settings['HOST'] or 'localhost'}:{settings['PORT'] or 5432}/{settings['NAME']}"
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        raise Refusal(
            f"The database {where} does not answer ({last_line(error)}): start it, or correct DATABASE_URL."
        ) from error


def check_broker(url: str) -> None:
    """Raise Refusal unless the broker accepts a connection."""
    try:
        with Connection(url, connect_timeout=3) as broker:
            broker.ensure_connection(max_retries=1, interval_start=0.2, timeout=5)
    except (BrokerError, OSError) as error:
        raise Refusal(
            f"The broker {sanitize_url(url)} does not answer ({last_line(error)}): "
            "start it, or correct BROKER_URL."
        ) from error


def last_line(error: BaseException) -> str:
    """The last line of an error's text: drivers put the cause there."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[-1].rstrip(".") if lines else type(error).__name__
