"""The workshop of a run's endpoint: policies of a remote model, whose answers are paid for in the database."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from django.db import InterfaceError, OperationalError, connection

from experiments.alignment.contexts import commit, read_statements
from experiments.alignment.errors import ConfigError
from experiments.alignment.learners import CommitContext, Lesson
from experiments.alignment.ports import Check, Policy, Progress
from experiments.alignment.types import Checkpoint, Trained
from experiments.endpoints import Admission, EndpointSettings, Settled
from experiments.models import LanguageModel, Run
from experiments.services import endpoint_gate, endpoints
from experiments.services.work import note_progress
from tasks.keys import read_key
from tasks.policies.endpoint_policy import Endpoint, EndpointPolicy

Given = TypeVar("Given")


class EndpointWorkshop:
    """Asks one endpoint for one run. What it commits is text: a remote model cannot be trained."""

    def __init__(self, run: Run, model: LanguageModel, directory: Path) -> None:
        self.run, self.model, self.directory = run, model, directory

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Policy:
        """The endpoint, called by the role or name given. Raises ConfigError where its key or address may not be."""
        found = endpoints.in_force(self.model)
        gate = ModelGate(self.model.pk, lambda: note_progress(self.run))
        return EndpointPolicy(role, Endpoint(self.model.name, found, read_key(found), gate))

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        return read_statements(checkpoint)

    def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
        """Commits a context. Raises ConfigError for every other lesson."""
        if isinstance(lesson.spec, CommitContext):
            return commit(lesson.spec, lesson.samples, lesson.init, self.directory)
        raise ConfigError(
            f"{self.model.name} is an endpoint, and a remote model cannot be trained: take a local model as policy."
        )


class ModelGate:
    """The gate of a registered endpoint; `answered` is called whenever answers are written down."""

    def __init__(self, model_id: int, answered: Callable[[], None]) -> None:
        self.model_id, self.answered = model_id, answered

    def limits(self) -> EndpointSettings:
        return _anew(lambda: endpoint_gate.limits_of(self.model_id))

    def admit(self, tokens: int, cost: float) -> Admission:
        return _anew(lambda: endpoint_gate.admit(self.model_id, tokens, cost))

    def settle(self, ended: Sequence[Settled]) -> None:
        _anew(lambda: endpoint_gate.settle(self.model_id, ended))
        if any(one.bought.answers for one in ended):
            _anew(self.answered)

    def be_quiet(self, seconds: float) -> None:
        _anew(lambda: endpoint_gate.be_quiet(self.model_id, seconds))


def _anew(ask: Callable[[], Given]) -> Given:
    """Tries once more on a new connection where the old one died while the server was waited for."""
    try:
        return ask()
    except (OperationalError, InterfaceError):
        connection.close()
        return ask()
