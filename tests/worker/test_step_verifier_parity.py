"""The verifier of steps against the token classifier of the library, as process reward models are usually fitted."""

import pytest
import torch
from transformers import AutoModelForTokenClassification

from experiments.alignment.learners import Lesson, StepVerifier
from experiments.alignment.sample_kinds import Steps
from experiments.alignment.types import Checkpoint
from tasks.learners.step_verifier import Labelled, StepScorer, objective
from tasks.learners.training import Figures, adapted
from tasks.learners.work import Work
from tasks.policies.loading import LoadedModel
from tests.support.lessons import carry_on, ignore, user
from tests.support.tiny_model import build_tiny_model

IGNORED = -100
SOLUTIONS = [
    Steps(user("a"), ("3 + 4 = 7\n", "7 - 2 = 5"), (1.0, 0.0)),
    Steps(user("a longer one"), ("one.\n", "two.\n", "three."), (1.0, None, 0.0)),
    Steps(user("b"), ("yes",), (1.0,)),
]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return Checkpoint("base", build_tiny_model(tmp_path_factory.mktemp("tiny")))


def test_on_hard_labels_the_loss_is_the_cross_entropy_of_a_token_classifier(base, tmp_path):
    loaded = LoadedModel(base.model, "cpu", torch.float32)
    lesson = Lesson(StepVerifier(), SOLUTIONS, base, base, 1)
    labelled = Labelled.of(Work(loaded, lesson, tmp_path, carry_on, ignore))
    inputs = labelled.collate([{"batch": [0, 1, 2]}])
    theirs = classifier(base)
    expected = theirs(**classified(inputs)).loss
    head = theirs.score.weight[1].detach().clone()
    ours = objective(StepScorer(adapted(loaded.model, labelled.work), head), inputs, Figures())
    assert ours.item() == pytest.approx(expected.item(), abs=1e-5)
    assert abs(ours.item() - 0.6931) > 1e-3


def classifier(base):
    """Two labels whose logits are 0 and head · h, so that their softmax is the sigmoid of the one."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(3)
        model = AutoModelForTokenClassification.from_pretrained(base.model, num_labels=2)
        with torch.no_grad():
            model.score.weight.normal_()
            model.score.weight[0] = 0
            model.score.bias.zero_()
    return model.eval()


def classified(inputs):
    """The same batch with a class at the last token of each labelled step."""
    labels = torch.full_like(inputs["ids"], IGNORED)
    ends = [(row, end) for row, places in enumerate(inputs["ends"]) for end in places]
    for (row, end), label, weight in zip(ends, inputs["labels"], inputs["weights"], strict=True):
        if weight:
            labels[row, end] = int(label)
    return {"input_ids": inputs["ids"], "attention_mask": inputs["mask"], "labels": labels}
