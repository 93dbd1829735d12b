"""The paper's phenomena on planted features, with the product's own head, loss and PGR."""

import pytest
import torch
from torch import Tensor

from experiments.alignment.diagnostics.gap_closure import Closure, gap_closure
from experiments.alignment.learners import ConfidenceCE
from tasks.learners.confidence_ce import Watching, fit_head
from tasks.learners.labels import Labels
from tasks.learners.training import Figures

TRAIN, TEST = 1500, 1000


class Task:
    """Two classes told apart by the sign of one direction in `width` dimensions, but for a little noise."""

    def __init__(self, width: int, train: int = TRAIN) -> None:
        self.draws = torch.Generator().manual_seed(7)
        self.direction = self.normal(width)
        self.train, self.test = self.normal(train, width), self.normal(TEST, width)
        self.truth, self.test_truth = self.classes(self.train), self.classes(self.test)

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(*shape, generator=self.draws)

    def classes(self, x: Tensor) -> Tensor:
        noise = 0.1 * self.direction.norm() * self.normal(len(x))
        return (x @ self.direction + noise > 0).long()

    def flipped(self, truth: Tensor, share: float) -> Tensor:
        flips = torch.rand(len(truth), generator=self.draws) < share
        return torch.where(flips, 1 - truth, truth)

    def student(self, labels: Tensor, **settings: float) -> list[float]:
        """Whether a student trained on the labels is right, for each test row."""
        spec = ConfidenceCE(**{"learning_rate": 1e-2, "epochs": 5, "batch_size": 64} | settings)
        targets = torch.nn.functional.one_hot(labels, 2).float()
        known = Labels(("no", "yes"), targets, torch.ones(len(labels)))
        watching = Watching(lambda: None, lambda step, total: None, Figures())
        head = fit_head(spec, self.train, known, 1, watching)
        return (head.logprobs(self.test).argmax(dim=1) == self.test_truth).double().tolist()

    def closure(self, weak_train: Tensor, weak_test: Tensor, **settings: float) -> Closure:
        weak = (weak_test == self.test_truth).double().tolist()
        return gap_closure(weak, self.student(self.truth), self.student(weak_train, **settings))


class Misled(Task):
    """Ten features show the truth; an eleventh, where it is there at all, is what the weak supervisor goes by."""

    def __init__(self) -> None:
        super().__init__(width=1)
        self.train, self.test = self.rows(self.truth), self.rows(self.test_truth)
        self.weak, self.weak_test = (
            self.misled(self.train, self.truth),
            self.misled(self.test, self.test_truth),
        )

    def rows(self, truth: Tensor) -> Tensor:
        shown = (2.0 * truth - 1)[:, None] + 0.5 * self.normal(len(truth), 10)
        lure = self.normal(len(truth), 1).sign() * (torch.rand(len(truth), 1, generator=self.draws) < 0.3)
        return torch.cat([shown, lure], dim=1)

    def misled(self, rows: Tensor, truth: Tensor) -> Tensor:
        return torch.where(rows[:, 10] == 0, truth, (rows[:, 10] > 0).long())


@pytest.fixture(scope="module")
def task() -> Task:
    return Task(width=20)


def test_a_student_outgrows_a_weak_supervisor_whose_errors_are_noise(task: Task) -> None:
    found = task.closure(task.flipped(task.truth, 0.3), task.flipped(task.test_truth, 0.3))
    assert found.closed.low is not None
    assert found.closed.low > 0.6


def test_a_student_copies_a_weak_supervisor_whose_errors_are_systematic(task: Task) -> None:
    bias = task.normal(20)
    bias = task.direction + bias / bias.norm() * task.direction.norm()
    weak_train, weak_test = (task.train @ bias > 0).long(), (task.test @ bias > 0).long()
    found = task.closure(weak_train, weak_test)
    assert found.closed.value is not None
    assert abs(found.closed.value) < 0.15


def test_the_confidence_loss_keeps_what_the_student_knew_before_it_learned_the_errors() -> None:
    task = Misled()
    naive = task.closure(task.weak, task.weak_test)
    trusting = task.closure(task.weak, task.weak_test, alpha=0.5)
    assert naive.closed.high is not None
    assert trusting.closed.low is not None
    assert naive.closed.high < trusting.closed.low


def test_a_supervisor_as_good_as_the_ceiling_leaves_nothing_to_recover(task: Task) -> None:
    found = task.closure(task.flipped(task.truth, 0.02), task.flipped(task.test_truth, 0.02))
    assert found.closed.value is None
    assert "gap" in found.undefined
