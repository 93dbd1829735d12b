"""Which workshop serves a model of a run: the scripted one, that of an endpoint, or the local one for real models."""

from pathlib import Path

from django.conf import settings

from experiments.alignment.composition import BUILT_IN
from experiments.alignment.contexts import read_statements
from experiments.alignment.learners import Lesson
from experiments.alignment.ports import Check, Policy, Progress, Workshop
from experiments.alignment.scripted import ScriptedWorkshop
from experiments.alignment.types import Checkpoint, Trained
from experiments.models import LanguageModel, Run
from tasks.checkpoints import model_checkpoint
from tasks.endpoints import EndpointWorkshop
from tasks.machine import machine_of


class RunWorkshop:
    """Loads and trains for one run: a role with a model of its own gets that model, the others get checkpoints."""

    def __init__(self, run: Run, scratch: Path) -> None:
        self.run = run
        self.scratch = scratch
        self.models = {bound.role: bound.model for bound in run.models.select_related("model")}

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Policy:
        """Named by the model and, where it is a trained one, the beginning of its checkpoint's hash."""
        if role in BUILT_IN:
            return self._workshop(self.models["policy"]).policy(role, None)
        model = self.models["policy"] if checkpoint else self.models[role]
        trained = checkpoint is not None and bool(checkpoint.adapters)
        name = f"{model.name}+{checkpoint.sha256[:8]}" if checkpoint and trained else model.name
        return self._workshop(model).policy(name, checkpoint or model_checkpoint(model))

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        return read_statements(checkpoint)

    def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
        return self._workshop(self.models["policy"]).learn(lesson, check, progress)

    def _workshop(self, model: LanguageModel) -> Workshop:
        if model.kind == LanguageModel.Kind.SCRIPTED:
            return ScriptedWorkshop(self.scratch)
        if model.kind == LanguageModel.Kind.ENDPOINT:
            return EndpointWorkshop(self.run, model, self.scratch)
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
