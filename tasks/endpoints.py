"""The workshop of a run's endpoint: policies of a remote model, whose answers are paid for in the database."""

from pathlib import Path

from django.db import InterfaceError, OperationalError, connection

from experiments.alignment.contexts import commit, read_statements
from experiments.alignment.errors import ConfigError
from experiments.alignment.learners import CommitContext, Lesson
from experiments.alignment.ports import Check, Policy, Progress
from experiments.alignment.types import Checkpoint, Trained
from experiments.models import LanguageModel, Run
from experiments.services import endpoints
from experiments.services.work import note_progress
from tasks.keys import read_key
from tasks.policies.endpoint_policy import Endpoint, EndpointPolicy
from tasks.policies.endpoint_purse import Bill


class EndpointWorkshop:
    """Asks one endpoint for one run. What it commits is text: a remote model cannot be trained."""

    def __init__(self, run: Run, model: LanguageModel, directory: Path) -> None:
        self.run, self.model, self.directory = run, model, directory

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Policy:
        """The endpoint, called by the role or name given. Raises ConfigError where its key or address may not be."""
        found = endpoints.in_force(self.model)
        return EndpointPolicy(role, Endpoint(self.model.name, found, read_key(found), self._pay))

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        return read_statements(checkpoint)

    def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
        """Commits a context. Raises ConfigError for every other lesson."""
        if isinstance(lesson.spec, CommitContext):
            return commit(lesson.spec, lesson.samples, lesson.init, self.directory)
        raise ConfigError(
            f"{self.model.name} is an endpoint, and a remote model cannot be trained: take a local model as policy."
        )

    def _pay(self, bill: Bill) -> float | None:
        """Writes the bill down on a new connection where the old one died while the server was waited for."""
        try:
            return self._paid(bill)
        except (OperationalError, InterfaceError):
            connection.close()
            return self._paid(bill)

    def _paid(self, bill: Bill) -> float | None:
        if not bill.answers:
            return endpoints.standing(self.model.pk).left
        note_progress(self.run)
        bought = endpoints.Bought(bill.answers, bill.read, bill.written, bill.estimated, bill.cost)
        return endpoints.spend(self.model.pk, bought).left
