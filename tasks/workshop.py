"""Where models are loaded and trained on this machine: the kernel's Workshop."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from experiments.alignment.errors import ConfigError
from experiments.alignment.learners import DPO, SFT, LearnerSpec
from experiments.alignment.ports import Check, Progress
from experiments.alignment.types import Checkpoint, Sample, Trained
from tasks.learners.dpo import train_dpo
from tasks.learners.sft import train_sft
from tasks.learners.work import Work
from tasks.policies.loading import LoadedModel, default_dtype
from tasks.policies.transformers_policy import TransformersPolicy

KEPT_MODELS = 2
LEARNERS: dict[type, Callable[[Work[Any]], Trained]] = {SFT: train_sft, DPO: train_dpo}
DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16}


class LocalWorkshop:
    """Samples and trains in this process; base models stay warm between calls and between workshops."""

    def __init__(
        self, directory: Path, device: str = "cpu", dtype: str = "auto", threads: int | None = None
    ) -> None:
        """New adapters go below `directory`. `dtype` is auto, float32 or bfloat16; auto is the device's faster one.

        Results repeat bit for bit for the same device, dtype and number of threads. Raises ConfigError for a dtype
        or device that there is not.
        """
        if dtype != "auto" and dtype not in DTYPES:
            raise ConfigError(
                f"The dtype {dtype!r} is unknown; use auto, float32 or bfloat16.", field="dtype"
            )
        if device.startswith("cuda") and not torch.cuda.is_available():
            raise ConfigError(
                "The device cuda was asked for, but no CUDA device is available.", field="device"
            )
        self.directory = directory
        self.device = device
        self.dtype = default_dtype(device) if dtype == "auto" else DTYPES[dtype]
        if threads:
            torch.set_num_threads(threads)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> TransformersPolicy:
        """The policy of a checkpoint. Raises ConfigError without one and ModelError when it cannot be loaded."""
        if checkpoint is None:
            raise ConfigError(f"The role {role} has no model; choose one.")
        return TransformersPolicy(role, self._loaded(checkpoint), checkpoint.adapters)

    def learn(
        self,
        spec: LearnerSpec,
        samples: Sequence[Sample],
        init: Checkpoint,
        reference: Checkpoint,
        seed: int,
        check: Check,
        progress: Progress,
    ) -> Trained:
        """Train a new adapter on top of `init` and write it below the directory, named by its hash.

        Raises DataError for samples that cannot be trained on, ModelError when training diverges, ConfigError when
        the reference has another base model, and whatever `check` raises; then nothing is left behind.
        """
        if reference.model != init.model:
            raise ConfigError("The reference and the initial checkpoint must have the same base model.")
        work = Work(self._loaded(init), spec, samples, init, reference, seed, self.directory, check, progress)
        return LEARNERS[type(spec)](work)

    def _loaded(self, checkpoint: Checkpoint) -> LoadedModel:
        if checkpoint.model is None:
            raise ConfigError("This checkpoint has no base model; choose a local model directory.")
        return _warm(checkpoint.model, self.device, self.dtype, _stamp(checkpoint.model))


@lru_cache(maxsize=KEPT_MODELS)
def _warm(model: Path, device: str, dtype: torch.dtype, stamp: tuple[object, ...]) -> LoadedModel:
    return LoadedModel(model, device, dtype)


def _stamp(directory: Path) -> tuple[object, ...]:
    """Changes when a file of the directory does, so that a replaced model is loaded anew."""
    files = sorted(path for path in directory.glob("*") if path.is_file())
    return tuple((path.name, path.stat().st_mtime_ns, path.stat().st_size) for path in files)
