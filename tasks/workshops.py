"""Which workshop serves a run: the scripted one for simulated runs, the local one for real models."""

from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from experiments.alignment.learners import LearnerSpec
from experiments.alignment.ports import Check, Policy, Progress, Workshop
from experiments.alignment.scripted import ScriptedWorkshop
from experiments.alignment.types import Checkpoint, Sample, Trained
from experiments.models import LanguageModel, Run
from tasks.checkpoints import model_checkpoint
from tasks.machine import machine_of


class RunWorkshop:
    """Loads and trains for one run: a role with a model of its own gets that model, the others get checkpoints."""

    def __init__(self, run: Run, scratch: Path) -> None:
        self.run = run
        self.scratch = scratch
        self.models = {bound.role: bound.model for bound in run.models.select_related("model")}

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Policy:
        model = self.models["policy"] if checkpoint else self.models[role]
        return self._workshop(model).policy(role, checkpoint or model_checkpoint(model))

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
        return self._workshop(self.models["policy"]).learn(
            spec, samples, init, reference, seed, check, progress
        )

    def _workshop(self, model: LanguageModel) -> Workshop:
        if model.kind == LanguageModel.Kind.SCRIPTED:
            return ScriptedWorkshop(self.scratch)
        return local_workshop(self.run, self.scratch)


def local_workshop(run: Run, scratch: Path) -> Workshop:
    """The workshop for real models, on the device, data type and threads of the run's record."""
    from tasks.workshop import LocalWorkshop

    return LocalWorkshop(scratch, *machine_of(run))


def scratch_directory(token: str) -> Path:
    """Where a lease writes its files: beside the store, under the lease's token, so that no two holders meet."""
    path = Path(settings.DATA_DIR) / "scratch" / token
    path.mkdir(parents=True, exist_ok=True)
    return path
