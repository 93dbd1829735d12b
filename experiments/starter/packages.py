"""Gets one file of a public Python package, checked against its hash before anything opens or runs it."""

import hashlib
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from experiments.alignment.errors import InfrastructureError

TIMEOUT_SECONDS = 1800
CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class PackageFile:
    """A distribution on the package index: what pip is asked for and the file that it must answer with."""

    requirement: str
    filename: str
    sha256: str

    @property
    def format_option(self) -> str:
        """Tells pip to take the wheel or the source distribution, whichever this file is."""
        return "--only-binary" if self.filename.endswith(".whl") else "--no-binary"


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes in hex, read in pieces."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def fetch_package(package: PackageFile, downloads: Path) -> Path:
    """Return the file in `downloads`, fetching it through pip (its indexes, proxies, mirrors) when it is not there.

    Raises InfrastructureError in one sentence when pip cannot get it or what lies there is another file.
    """
    target = downloads / package.filename
    if not target.exists():
        downloads.mkdir(parents=True, exist_ok=True)
        _download(package, downloads)
    if not target.exists():
        raise InfrastructureError(f"pip fetched {package.requirement} but no {package.filename}; try again.")
    if sha256_of(target) != package.sha256:
        raise InfrastructureError(
            f"{target} is not the published {package.filename}; delete it and try again."
        )
    return target


def _download(package: PackageFile, downloads: Path) -> None:
    """Run pip with the hash pinned: it compares before a source distribution's own code is run."""
    with tempfile.TemporaryDirectory(dir=downloads, prefix=".pip-") as scratch:
        wanted = Path(scratch) / "wanted.txt"
        wanted.write_text(f"{package.requirement} --hash=sha256:{package.sha256}\n")
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes"]
        command += [package.format_option, ":all:", "--dest", scratch, "-r", str(wanted)]
        _run(command, package.requirement)
        for fetched in Path(scratch).glob(package.filename):
            fetched.rename(downloads / fetched.name)


def _run(command: list[str], requirement: str) -> None:
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False)
    except subprocess.TimeoutExpired as late:
        minutes = TIMEOUT_SECONDS // 60
        raise InfrastructureError(
            f"pip did not finish fetching {requirement} within {minutes} minutes."
        ) from late
    if done.returncode:
        reason = _last_line(done.stderr)
        raise InfrastructureError(
            f"pip could not download {requirement} ({reason}); check the network or pip's index settings and try again."
        )


def _last_line(text: str) -> str:
    """What pip said last, errors first, short enough for one sentence."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    errors = [line for line in lines if line.startswith("ERROR")]
    return (errors or lines or ["no reason given"])[-1].removeprefix("ERROR: ").rstrip(".")[:200]
