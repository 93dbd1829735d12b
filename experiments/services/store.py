"""The content-addressed store under DATA_DIR/store: the one place that turns names into paths."""

import errno
import hashlib
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from experiments.alignment.errors import InfrastructureError

INCOMING = ".incoming-"
PIECE = 1 << 20
KEEP_FREE = 64 * 2**20


def root() -> Path:
    """The store's folder, made when it is absent."""
    folder = Path(settings.DATA_DIR) / "store"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder.resolve()


def locate(directory: str) -> Path:
    """The path of a stored directory by the name its row carries. Raises ValueError for one outside."""
    path = (root() / directory).resolve()
    if not directory or path == root() or not path.is_relative_to(root()):
        raise ValueError(f"{directory!r} is no directory of the store")
    return path


def take_in(kind: str, files: Mapping[str, Path]) -> tuple[str, str]:
    """Copies files (name in the store → where it lies now) into the store; returns their hash and directory.

    Written beside, fsynced, then renamed: a directory of the store is whole or not there. The hash is SHA-256
    over names and content hashes. Raises InfrastructureError when the disk does not take them.
    """
    shelf = root() / kind
    _check_room(sum(path.stat().st_size for path in files.values()))
    with _telling_of_disk(), _incoming(shelf) as folder:
        digest = hashlib.sha256()
        for name in sorted(files):
            digest.update(f"{name} {_copy(files[name], folder / name)}\n".encode())
        sha256 = digest.hexdigest()
        _publish(folder, shelf / sha256)
    return sha256, f"{kind}/{sha256}"


def _check_room(size: int) -> None:
    free = shutil.disk_usage(root()).free
    if free < size + KEEP_FREE:
        raise InfrastructureError(
            f"The disk of DATA_DIR has {free // 2**20} MB left "
            f"and this needs {(size + KEEP_FREE) // 2**20} MB: free space there and try again."
        )


@contextmanager
def _telling_of_disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where = f" ({error.filename})" if error.filename else ""
        raise InfrastructureError(
            f"The files could not be copied into the store: {error.strerror}{where}; nothing was kept."
        ) from error


@contextmanager
def _incoming(shelf: Path) -> Iterator[Path]:
    shelf.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder = shelf / f"{INCOMING}{secrets.token_hex(8)}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _copy(source: Path, target: Path) -> str:
    digest = hashlib.sha256()
    with source.open("rb") as old, target.open("xb") as new:
        while piece := old.read(PIECE):
            digest.update(piece)
            new.write(piece)
        new.flush()
        os.fsync(new.fileno())
    return digest.hexdigest()


def _publish(folder: Path, target: Path) -> None:
    sync(folder)
    # Where the same content is there already, ours goes.
    if not freshen(target):
        try:
            folder.rename(target)
        except OSError as error:
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise
    sync(target.parent)


def freshen(path: Path) -> bool:
    """Whether a directory is there; its age then begins anew, so that no sweep takes it before its row names it."""
    try:
        os.utime(path)
    except FileNotFoundError:
        return False
    return True


def sync(folder: Path) -> None:
    """Makes a folder's entries durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def size_of(path: Path) -> int:
    """Bytes of the files below a path, links not followed; 0 for nothing."""
    if path.is_file() and not path.is_symlink():
        return path.stat().st_size
    total = 0
    for folder, _, names in os.walk(path):
        total += sum(os.lstat(os.path.join(folder, name)).st_size for name in names)
    return total
