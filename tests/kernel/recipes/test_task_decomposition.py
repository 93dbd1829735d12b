"""Task decomposition on a policy whose skill in small sums and in long ones is known."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from experiments.alignment.learners import Lesson
from experiments.alignment.memory import Memory, remember, run_in_memory
from experiments.alignment.ports import Check, Progress, Round
from experiments.alignment.proposers.decompose import AsManyDirect, DecomposeSums
from experiments.alignment.proposers.decompose_model import DecomposeByModel
from experiments.alignment.registry import get_recipe
from experiments.alignment.sample_kinds import Demonstration, Sample
from experiments.alignment.seeds import seed_at
from experiments.alignment.signals.agreement import ALONE, Agreement
from experiments.alignment.sums import orders, terms_of, whole_number, with_sum
from experiments.alignment.types import (
    Ask,
    Capability,
    Checkpoint,
    Completion,
    Message,
    Prompt,
    Reference,
    Split,
    Trained,
)
from tests.kernel.runs import metric


@dataclass(frozen=True)
class Adder:
    """Right on two terms with chance `part`, on more with chance `direct`; errors are independent and of any size."""

    part: float = 0.9
    direct: float = 0.2
    name: str = "adder"
    capabilities: frozenset[Capability] = frozenset({"generate"})

    def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
        return [Completion(self._answer(ask), 1) for ask in asks]

    def _answer(self, ask: Ask) -> str:
        terms = terms_of(ask.messages[-1].content)
        place = (ask.messages[-1].content, ask.seed)
        able = seed_at("able", *place) / 2**63 < (self.part if len(terms) == 2 else self.direct)
        return str(sum(terms) if able else sum(terms) + 1 + seed_at("off", *place) % 50)


@dataclass
class Class:
    """A workshop with one policy that never changes; it remembers what was to be learned."""

    policies: Adder
    lessons: list[list[Sample]] = field(default_factory=list)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Adder:
        return self.policies

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        return ()

    def learn(self, lesson: Lesson, check: Check, progress: Progress) -> Trained:
        self.lessons.append(list(lesson.samples))
        return Trained(lesson.init, 1)


def long_sums(split: Split, n: int, terms: int) -> list[Prompt]:
    made = []
    for i in range(n):
        numbers = tuple(1 + seed_at(split, terms, i, place) % 40 for place in range(terms))
        question = f"What is {' + '.join(map(str, numbers))}?"
        message = (Message("user", question),)
        made.append(Prompt(f"{split}-{terms}-{i}", message, split, Reference(sum(numbers))))
    return made


def run(
    adder: Adder, train: Sequence[Prompt], probe: Sequence[Prompt], **settings: object
) -> tuple[Memory, Class]:
    memory = remember([*train, *probe, *long_sums("gold", 2, 2)], 5, Checkpoint("base"))
    recipe = get_recipe("task-decomposition")
    config = recipe.configure({"operator_prompts": 200, "probe_prompts": 200, "prompts": 200, **settings})
    room = Class(adder)
    run_in_memory(recipe.composition(config), config, memory, room, "number")
    return memory, room


@pytest.fixture(scope="module")
def measured() -> Memory:
    """A model that is right on 90 % of small sums and on 20 % of sums of five terms, before any training."""
    memory, _ = run(Adder(), long_sums("train", 2, 2), long_sums("probe", 150, 5), iterations=0)
    return memory


def test_the_root_is_as_accurate_as_the_product_of_its_parts(measured: Memory) -> None:
    parts, root = metric(measured, 0, "part_accuracy"), metric(measured, 0, "tree_accuracy")
    assert parts.value == pytest.approx(0.9, abs=0.03)
    assert root.low < 0.9**4 < root.high
    against = metric(measured, 0, "root_against_parts")
    assert against.low < 1 < against.high


def test_what_the_parts_predict_is_as_uncertain_as_their_accuracy(measured: Memory) -> None:
    parts, predicted = metric(measured, 0, "part_accuracy"), metric(measured, 0, "predicted_root_accuracy")
    assert predicted.value == pytest.approx(parts.value**4)
    assert predicted.low == pytest.approx(parts.low**4, abs=0.02)
    assert predicted.high == pytest.approx(parts.high**4, abs=0.02)


def test_agreement_of_equivalent_queries_raises_precision(measured: Memory) -> None:
    agreed, every = metric(measured, 0, "agreed_accuracy"), metric(measured, 0, "tree_accuracy")
    assert agreed.low > every.high
    assert 0.1 < metric(measured, 0, "agreement_share").value < 0.6


def test_decomposition_beats_a_vote_of_as_many_direct_answers_where_small_sums_are_easier(
    measured: Memory,
) -> None:
    assert metric(measured, 0, "operator_gain").low > 0.3
    assert metric(measured, 0, "operator_against_control").low > 0
    assert metric(measured, 0, "calls_per_answer").value == 3 * 4
    control = next(iter(measured.groups[0, 0, "operator_control"].values()))
    assert len(control.candidates) == 3 * 4 + 1


def test_the_frontier_is_the_longest_sum_that_is_answered_directly() -> None:
    probe = [p for n in (2, 3, 4) for p in long_sums("probe", 20, n)]
    memory, _ = run(Adder(part=1.0, direct=0.1), long_sums("train", 2, 2), probe, iterations=0)
    assert metric(memory, 0, "frontier_terms").value == 2
    assert metric(memory, 0, "accuracy_2_terms").value == 1
    assert metric(memory, 0, "accuracy_4_terms").value < 0.5
    assert metric(memory, 0, "accuracy_2_terms", "gold").value is None


def test_later_rounds_admit_longer_sums_and_teach_the_direct_answer() -> None:
    train = [p for n in (2, 3, 4, 5) for p in long_sums("train", 5, n)]
    memory, room = run(Adder(part=1.0), train, long_sums("probe", 2, 2), iterations=2, start_terms=3)
    sizes = [max(len(terms_of(s.prompt[-1].content)) for s in lesson) for lesson in room.lessons]
    assert sizes == [3, 4]
    for sample in room.lessons[1]:
        assert isinstance(sample, Demonstration)
        assert sample.answer == str(sum(terms_of(sample.prompt[-1].content)))
    beyond = [g for g in memory.groups[1, 0, "train"].values() if len(terms_of(g.prompt.text)) > 3]
    assert all(len(g.candidates) == 1 and not g.signals for g in beyond)


def at(policy: Adder, iteration: int = 1) -> Round:
    return Round(7, iteration, 0, lambda role: policy, lambda: None, "number")


def test_a_tree_names_every_call_with_the_step_that_used_it() -> None:
    (group,) = DecomposeSums(variants=2).propose(at(Adder(part=1.0)), long_sums("probe", 1, 4))
    tree = group.signals[0].evidence
    assert tree is not None
    nodes = tree.data["nodes"]
    assert [(n["id"], n["parent"], n["depth"]) for n in nodes] == [
        (0, None, 0),
        (1, 0, 1),
        (2, 1, 2),
        (3, 2, 3),
    ]
    assert nodes[0]["question"] == group.prompt.text
    assert nodes[0]["answer"] == nodes[1]["answer"] == group.candidates[1].text
    assert [n["value"] for n in nodes] == [None, 1.0, 1.0, 1.0]


def test_a_call_without_a_number_ends_its_tree_and_has_no_vote() -> None:
    @dataclass(frozen=True)
    class Mute(Adder):
        def generate(self, asks: Sequence[Ask], check: Check) -> list[Completion]:
            return [Completion("I do not know", 4) for _ in asks]

    (group,) = DecomposeSums(variants=2).propose(at(Mute()), long_sums("probe", 1, 4))
    assert [c.text for c in group.candidates[1:]] == ["I do not know"] * 2
    (signals,) = Agreement().read(at(Mute()), [group])
    assert [s.value for s in signals] == [None, None]


def test_only_the_last_question_of_a_conversation_is_decomposed() -> None:
    shown = (
        Message("user", "What is 1 + 1 + 1?"),
        Message("assistant", "3"),
        Message("user", "What is 4 + 5 + 6?"),
    )
    (group,) = DecomposeSums(variants=2).propose(at(Adder(part=1.0)), [Prompt("few", shown, "probe")])
    context = group.candidates[1].context
    assert context is not None
    assert [m.content for m in context] == ["What is 1 + 1 + 1?", "3", "What is 9 + 6?"]


def test_a_question_without_a_sum_is_answered_directly_and_teaches_nothing() -> None:
    prompt = Prompt("plain", (Message("user", "Which colour is the sky?"),), "train")
    (group,) = DecomposeSums().propose(at(Adder()), [prompt])
    assert len(group.candidates) == 1
    assert Agreement().read(at(Adder()), [group]) == [()]
    (control,) = AsManyDirect().propose(at(Adder()), [prompt])
    assert len(control.candidates) == 1


def test_a_lone_decomposition_agrees_with_nobody() -> None:
    prompt = Prompt("same", (Message("user", "What is 5 + 5?"),), "train")
    (group,) = DecomposeSums().propose(at(Adder()), [prompt])
    (signals,) = Agreement().read(at(Adder()), [group])
    assert [(s.value, s.error) for s in signals] == [(None, ALONE)]


def test_orders_are_different_equal_in_worth_and_begin_without_a_minus() -> None:
    found = orders((3, -14, 5), 8)
    assert len(found) == len(set(found)) > 2
    assert {sum(order) for order in found} == {-6}
    assert all(order[0] >= 0 for order in found)
    assert found[0] == (3, -14, 5)


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("What is 3 + 14 - 5?", (3, 14, -5)),
        ("What is -3 \u2212 4?", (-3, -4)),
        ("What is 7?", ()),
        (f"What is 1 + {'9' * 400}?", ()),
        ("", ()),
    ],
)
def test_terms_are_read_with_their_signs(question: str, terms: tuple[int, ...]) -> None:
    assert terms_of(question) == terms


def test_another_sum_takes_the_place_of_the_first() -> None:
    assert with_sum("What is 3 + 14 - 5?", (-2, 9)) == "What is -2 + 9?"


@pytest.mark.parametrize(
    ("text", "value"), [("It is 42.", 42), ("-3", -3), ("4.5", None), ("9e30", None), ("none", None)]
)
def test_only_a_whole_number_of_bounded_size_is_asked_on_with(text: str, value: int | None) -> None:
    assert whole_number(text) == value


@dataclass(frozen=True)
class Planner(Adder):
    """Splits a sum of three into two steps, answers what it is asked last, and the whole from what is known."""

    def _answer(self, ask: Ask) -> str:
        system, user = ask.messages[0].content, ask.messages[-1].content
        if system.startswith("You break"):
            return "1. First?\n2) Then?\n- First?\n\nEnough?\nToo many?"
        if system.startswith("Answer the last"):
            return f"seen {user.count('seen')}\nlines"
        return str(user.count("seen"))


def test_a_model_that_plans_sees_earlier_answers_and_recomposes_with_all_of_them() -> None:
    prompt = Prompt("p", (Message("user", "What is 1 + 2 + 3?"),), "train")
    (group,) = DecomposeByModel(variants=2).propose(at(Planner()), [prompt])
    assert [c.text for c in group.candidates] == ["0", "3", "3"]
    shown = group.signals[0].evidence
    assert shown is not None
    asked = [(n["id"], n["parent"], n["question"], n["answer"]) for n in shown.data["nodes"]]
    assert asked[0] == (0, None, "What is 1 + 2 + 3?", "3")
    assert asked[1:] == [
        (1, 0, "First?", "seen 0\nlines"),
        (2, 0, "Then?", "seen 1\nlines"),
        (3, 0, "Enough?", "seen 2\nlines"),
    ]
    assert group.signals[0].value == 5


def test_a_run_that_plans_itself_reports_no_accuracy_of_parts_that_nobody_can_check() -> None:
    memory, _ = run(
        Planner(), long_sums("train", 2, 2), long_sums("probe", 20, 3), iterations=0, split_by="model"
    )
    names = {m.name for m in memory.metrics[0]}
    assert {"tree_accuracy", "agreement_share", "operator_against_control"} <= names
    assert not {"part_accuracy", "root_against_parts"} & names
    assert metric(memory, 0, "calls_per_answer").value == 3 * 5
    assert len(memory.groups[0, 0, "operator_control"][0].candidates) == 3 * 5 + 1
