"""A zip archive written piece by piece, so that one of any size fits in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, cast
from zipfile import ZipFile, ZipInfo

PIECE = 1 << 20
Entry = tuple[str, Path | bytes]


class _Sink:
    """A file that can only be written to and hands on what was."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits."""

    def take(self) -> bytes:
        """What was written since the last call."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def zipped(entries: Iterable[Entry]) -> Iterator[bytes]:
    """The archive of files by name, uncompressed: weights do not shrink."""
    sink = _Sink()
    with ZipFile(cast(IO[bytes], sink), "w") as archive:
        for name, content in entries:
            with archive.open(ZipInfo(name), "w", force_zip64=True) as entry:
                for piece in _pieces(content):
                    entry.write(piece)
                    yield sink.take()
    yield sink.take()


def _pieces(content: Path | bytes) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
        return
    with content.open("rb") as file:
        while piece := file.read(PIECE):
            yield piece
