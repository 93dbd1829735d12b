"""Classifiers: the confidence loss, the head and its files, its features, and the lexicon that supervises it."""

import json
import math

import pytest
import torch

from experiments.alignment.errors import Cancelled, ConfigError, DataError, ModelError
from experiments.alignment.learners import ConfidenceCE
from experiments.alignment.ports import Lesson
from experiments.alignment.sample_kinds import Label
from experiments.alignment.types import Ask, Checkpoint, Message
from tasks.learners.losses_classifier import confidence_loss, hardened, weight_at, weight_of_batch
from tasks.policies.features import hidden_states, layers
from tasks.policies.lexicon_policy import LexiconPolicy
from tasks.workshop import LocalWorkshop
from tests.support.tiny_model import build_tiny_model

OPTIONS = ("negative", "positive")
QUICK = {"learning_rate": 1e-2, "epochs": 8, "batch_size": 8, "depth": 1.0}
KINDS = ["head", "lora", "words"]


def carry_on():
    pass


def ask(text):
    return Ask((Message("user", text),), 1)


def labels(count=24):
    texts = [("a good thing", 1.0) if n % 2 else ("a bad thing", 0.0) for n in range(count)]
    return [
        Label((Message("user", f"{text} {n // 2}"),), OPTIONS, (1 - p, p))
        for n, (text, p) in enumerate(texts)
    ]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return Checkpoint("base", build_tiny_model(tmp_path_factory.mktemp("tiny")))


@pytest.fixture
def workshop(tmp_path):
    return LocalWorkshop(tmp_path / "made", "cpu", "float32", threads=1)


def learn(workshop, base, train="head", samples=None, check=carry_on, seed=1, **settings):
    spec = ConfidenceCE(train=train, **QUICK | settings)
    lesson = Lesson(spec, labels() if samples is None else samples, base, base, seed)
    return workshop.learn(lesson, check, lambda step, total: None)


def test_the_published_weight_rises_smoothly_and_the_programs_jumps():
    published = [weight_at(at, 0.5, 0.2, "published") for at in (0.0, 0.1, 0.2, 0.9)]
    assert published == pytest.approx([0.0, 0.25, 0.5, 0.5])
    code = [weight_at(at, 0.5, 0.1, "code") for at in (0.0, 0.05, 0.1, 0.11, 0.9)]
    assert code == pytest.approx([0.0, 0.025, 0.05, 0.5, 0.5])
    assert weight_at(0.0, 0.5, 0.0, "published") == 0.5


def test_a_batch_too_small_for_a_class_balance_learns_from_its_labels_alone():
    spec = ConfidenceCE(alpha=0.5, ramp=0.0)
    assert [weight_of_batch(rows, spec, 0.9) for rows in (1, 7, 8, 64)] == [0.0, 0.0, 0.5, 0.5]


def test_hardened_predictions_have_the_labels_balance():
    first = torch.tensor([0.9, 0.8, 0.7, 0.6])
    probabilities = torch.stack([first, 1 - first], dim=1)
    share = torch.tensor([[0.5, 0.5]] * 4)
    assert hardened(probabilities, share)[:, 0].tolist() == [1, 1, 0, 0]
    assert hardened(probabilities, torch.tensor([[1.0, 0.0]] * 4))[:, 0].tolist() == [1, 1, 1, 1]
    three = torch.tensor([[0.2, 0.5, 0.3]])
    assert hardened(three, three).tolist() == [[0, 1, 0]]


def test_the_loss_is_the_papers_on_a_case_worked_by_hand():
    logits = torch.log(torch.tensor([[0.8, 0.2], [0.4, 0.6]]))
    targets = torch.tensor([[0.3, 0.7], [0.7, 0.3]])
    naive = -(0.3 * math.log(0.8) + 0.7 * math.log(0.2) + 0.7 * math.log(0.4) + 0.3 * math.log(0.6)) / 2
    ones = torch.ones(2)
    assert confidence_loss(logits, targets, ones, 0.0).item() == pytest.approx(naive)
    mixed = -(0.65 * math.log(0.8) + 0.35 * math.log(0.2) + 0.35 * math.log(0.4) + 0.65 * math.log(0.6)) / 2
    assert confidence_loss(logits, targets, ones, 0.5).item() == pytest.approx(mixed)
    first = confidence_loss(logits, targets, torch.tensor([1.0, 0.0]), 0.0).item()
    assert first == pytest.approx(-(0.3 * math.log(0.8) + 0.7 * math.log(0.2)))


def test_no_gradient_flows_through_the_students_own_prediction():
    logits = torch.tensor([[0.2, 0.1], [-0.3, 0.4]], requires_grad=True)
    targets = torch.tensor([[0.5, 0.5], [0.5, 0.5]])
    confidence_loss(logits, targets, torch.ones(2), 1.0).backward()
    own = hardened(torch.softmax(logits.detach(), 1), targets)
    assert torch.allclose(logits.grad, (torch.softmax(logits.detach(), 1) - own) / 2)


@pytest.mark.parametrize("train", KINDS)
def test_a_classifier_learns_loads_and_chooses(workshop, base, train):
    trained = learn(workshop, base, train)
    policy = workshop.policy("student", trained.checkpoint)
    asks = [ask("a good thing 3"), ask("a bad thing 5")]
    chosen = policy.choose(asks, [OPTIONS, OPTIONS[::-1]], carry_on)
    assert chosen[0][1] > chosen[0][0]
    assert chosen[1][1] > chosen[1][0]
    assert math.fsum(math.exp(p) for p in chosen[0]) == pytest.approx(1)
    assert [one.text for one in policy.generate(asks, carry_on)] == ["positive", "negative"]
    assert trained.figures["loss_last"] < trained.figures["loss_first"]


@pytest.mark.parametrize("train", KINDS)
def test_the_same_training_gives_the_same_bytes_in_safetensors_and_json(tmp_path, base, train):
    shas = set()
    for place in ("a", "b"):
        made = learn(LocalWorkshop(tmp_path / place, "cpu", "float32", 1), base, train, alpha=0.5).checkpoint
        shas.add(made.sha256)
        assert made.adapters[-1].name == made.sha256
        assert {path.suffix for path in made.adapters[-1].iterdir()} == {".safetensors", ".json"}
    assert len(shas) == 1


def test_features_are_read_once_and_do_not_depend_on_their_company(workshop, base):
    trained = learn(workshop, base)
    features = workshop.policy("student", trained.checkpoint).features
    reads, read = [], features._read
    features._read = lambda ids: reads.append(ids) or read(ids)
    prompts = [ask(text).messages for text in ("one", "quite another one")]
    together = features.vectors(prompts, carry_on)
    assert torch.equal(features.vectors(prompts[1:], carry_on)[0], together[1])
    assert torch.equal(read(reads[1]), together[1])
    assert len(reads) == 2


def test_hidden_states_are_those_of_the_layer_and_later_layers_are_not_computed(workshop, base):
    model = workshop.policy("policy", base).loaded.model
    ids = torch.tensor([[5, 6, 7]])
    with torch.no_grad():
        known = model(input_ids=ids, output_hidden_states=True).hidden_states[1]
        computed = []
        hook = layers(model)[1].register_forward_hook(lambda *_: computed.append(1))
        found = hidden_states(model, ids, torch.ones_like(ids), 1)
        hook.remove()
    assert torch.equal(found, known)
    assert computed == []


def test_a_cancelled_training_leaves_nothing(workshop, base):
    calls = []

    def check():
        calls.append(1)
        if len(calls) == 40:
            raise Cancelled("The run was cancelled.")

    with pytest.raises(Cancelled):
        learn(workshop, base, check=check)
    assert not list(workshop.directory.glob("*"))


@pytest.mark.parametrize(
    ("samples", "message"),
    [
        ([Label((Message("user", "a"),), OPTIONS, (0.9, 0.9))], "no distribution"),
        ([*labels(2), Label((Message("user", "a"),), ("x", "y"), (1.0, 0.0))], "other options"),
        ([], "nothing to learn from"),
    ],
)
def test_labels_that_cannot_be_trained_on_are_refused(workshop, base, samples, message):
    with pytest.raises(DataError, match=message):
        learn(workshop, base, samples=samples)


def test_a_damaged_classifier_is_refused_in_one_sentence(workshop, base):
    checkpoint = learn(workshop, base).checkpoint
    note = checkpoint.adapters[-1] / "plumbline.json"
    broken = json.loads(note.read_text())
    broken["classifier"]["options"] = ["one"]
    note.write_text(json.dumps(broken))
    with pytest.raises(ModelError, match="is damaged; train it again"):
        workshop.policy("student", checkpoint)


def test_a_classifier_refuses_options_it_never_saw(workshop, base):
    policy = workshop.policy("student", learn(workshop, base).checkpoint)
    with pytest.raises(ConfigError, match="tells negative, positive apart, not neutral"):
        policy.choose([ask("x")], [("neutral", "positive")], carry_on)


def test_the_lexicon_prefers_praise_and_is_undecided_without_a_word_it_knows(workshop):
    policy = workshop.policy("lexicon", None)
    assert isinstance(policy, LexiconPolicy)
    good, bad, plain = policy.choose(
        [ask("A great film!"), ask("A terrible film."), ask("A film.")],
        [OPTIONS, OPTIONS[::-1], OPTIONS],
        carry_on,
    )
    assert good[1] > good[0]
    assert bad[1] > bad[0]
    assert plain[0] == plain[1] == pytest.approx(math.log(0.5))
    with pytest.raises(ConfigError, match="cannot tell the labels"):
        policy.choose([ask("x")], [("table", "chair")], carry_on)
