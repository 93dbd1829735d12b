"""Where models are loaded and trained on this machine: the kernel's Workshop."""

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import torch

from experiments.alignment.contexts import commit, read_statements
from experiments.alignment.errors import ConfigError
from experiments.alignment.learners import (
    DPO,
    KTO,
    SFT,
    CommitContext,
    ConfidenceCE,
    Critic,
    Extrapolate,
    Lesson,
    PolicyGradient,
    RewardModel,
    StepVerifier,
)
from experiments.alignment.ports import Check, Policy, Progress
from experiments.alignment.types import Checkpoint, Trained
from tasks.learners.adapters import learner_kind
from tasks.learners.confidence_ce import train_classifier
from tasks.learners.dpo import train_dpo
from tasks.learners.extrapolate import extrapolate
from tasks.learners.kto import train_kto
from tasks.learners.policy_gradient import train_policy_gradient
from tasks.learners.reward_model import train_reward_model
from tasks.learners.sft import train_sft
from tasks.learners.step_verifier import train_step_verifier
from tasks.learners.work import Work
from tasks.policies.classifier_policy import classifier_policy
from tasks.policies.lexicon_policy import LexiconPolicy
from tasks.policies.loading import LoadedModel, default_dtype
from tasks.policies.reward_policy import RewardPolicy
from tasks.policies.transformers_policy import TransformersPolicy
from tasks.policies.verifier_policy import VerifierPolicy

KEPT_MODELS = 2
LEARNERS: dict[type, Callable[[Work[Any]], Trained]] = {
    SFT: train_sft,
    Critic: train_sft,
    DPO: train_dpo,
    KTO: train_kto,
    PolicyGradient: train_policy_gradient,
    RewardModel: train_reward_model,
    StepVerifier: train_step_verifier,
    ConfidenceCE: train_classifier,
}
POLICIES: dict[str, Callable[..., Policy]] = {
    "reward-model": RewardPolicy,
    "step-verifier": VerifierPolicy,
    "confidence-ce": classifier_policy,
}
"""By the kind of learner that made the checkpoint's last directory; every other one is a language model."""
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

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Policy:
        """The policy of a checkpoint, called by the role or name given.

        Raises ConfigError without a checkpoint and ModelError when it cannot be loaded.
        """
        if checkpoint is None and role == LexiconPolicy.name:
            return LexiconPolicy()
        if checkpoint is None:
            raise ConfigError(f"The role {role} has no model; choose one.")
        made = POLICIES.get(learner_kind(checkpoint), TransformersPolicy)
        return made(role, self._loaded(checkpoint), checkpoint.adapters)

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        """What a committed context holds; nothing for a checkpoint that is none."""
        return read_statements(checkpoint)

    def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
        """Train on top of the lesson's initial checkpoint; the result stands below the directory, named by its hash.

        Raises DataError for samples that cannot be trained on, ModelError when training diverges, ConfigError when
        the reference has another base model, and whatever `check` raises; then nothing is left behind.
        """
        spec, init = lesson.spec, lesson.init
        if isinstance(spec, CommitContext):
            return commit(spec, lesson.samples, init, self.directory)
        if isinstance(spec, Extrapolate):
            return extrapolate(spec, init, lesson.reference, self.directory)
        if lesson.reference.model != init.model:
            raise ConfigError("The reference and the initial checkpoint must have the same base model.")
        return LEARNERS[type(spec)](Work(self._loaded(init), lesson, self.directory, check, progress))

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
