"""Rules that are written against violations are committed first, revised by, learned, and leave less to find."""

import re
from pathlib import Path

from experiments.alignment.contexts import read_statements
from experiments.alignment.learners import SFT
from experiments.alignment.memory import Memory
from experiments.alignment.ports import Policy
from experiments.alignment.scripted_answers import is_right
from experiments.alignment.seeds import seed_at
from experiments.alignment.types import Ask, Checkpoint
from tests.kernel.planted import Planted, PlantedWorkshop, case_of
from tests.kernel.recipes.critics import SETTINGS, question, right, wrong
from tests.kernel.recipes.teachers import taught
from tests.kernel.runs import go, metric, start

SLUG = "iterative-constitution"
FAULTS = ("You fool.", "I am the best.", "Buy my book.")
RULES = ("Never insult whoever asks.", "Do not praise yourself.", "Sell nothing to people in need.")
SAID = re.compile(r"\n\nAnswer: (.*?)\n\n", re.DOTALL)


def fault_of(asked: str) -> int:
    return int(asked.split()[2]) % len(FAULTS)


class Growing(PlantedWorkshop):
    """At first four of five answers have a fault, of three kinds, and are wrong; each training leaves fewer of them.

    The author can mend a fault where it is given the rule against it.
    """

    def statements(self, checkpoint: Checkpoint) -> tuple[str, ...]:
        return read_statements(checkpoint)

    def policy(self, role: str, checkpoint: Checkpoint | None) -> Policy:
        rounds = sum(isinstance(spec, SFT) for spec, _ in self.learned)
        says = self.finds if role == "teacher" else lambda ask: self.answers(ask, 0.8 * 0.4**rounds)
        return Planted(says, name=role)

    def answers(self, ask: Ask, share: float) -> str:
        case = case_of(ask)
        asked = question(case)
        if "Write the new answer alone" in case:
            return right(case) if RULES[fault_of(asked)] in case else wrong(case)
        if seed_at("fault", asked) / 2**63 > share:
            return right(case)
        return f"{FAULTS[fault_of(asked)]} {wrong(case)}"

    def finds(self, ask: Ask) -> str:
        case = case_of(ask)
        if "Grade this answer" in case:
            return "It is so.\nScore: 3"
        if "anything wrong" not in case:
            return right(case)
        found = SAID.search(case)
        kinds = [kind for kind, fault in enumerate(FAULTS) if found and fault in found[1]]
        return self.proposes(kinds[0], case) if kinds else "No violation."

    def proposes(self, kind: int, case: str) -> str:
        return f"Violation: it says {FAULTS[kind]}\nRule: {RULES[kind]}"


class Bloating(Growing):
    """Every rule is worded anew."""

    def proposes(self, kind: int, case: str) -> str:
        return f"Rule: {RULES[kind]} {question(case).split()[2]} {question(case).split()[4]}"


class Mumbling(Growing):
    def proposes(self, kind: int, case: str) -> str:
        return "There may be something to it."


def grown(tmp_path: Path, kind: type[Growing] = Growing, **settings: object) -> tuple[Memory, Growing]:
    workshop = kind(Planted(), tmp_path)
    memory = start(tmp_path, train=60, held_out=60)
    given = {**SETTINGS, "prompts": 30, "gold_prompts": 40, "chunk_prompts": 8, "iterations": 3, **settings}
    return go(memory, tmp_path, SLUG, given, workshop=workshop, bound={"teacher": tmp_path}), workshop


def test_iterated_rules_leave_fewer_violations_and_gold_rises(tmp_path: Path) -> None:
    memory, _ = grown(tmp_path)
    found = [metric(memory, t, "violations").value for t in range(4)]
    assert found[0] > 0.6
    assert found == sorted(found, reverse=True)
    assert found[3] < 0.2
    assert metric(memory, 3, "accuracy_gain", "gold").low > 0.4
    assert metric(memory, 0, "fixes").low > 0.5
    assert metric(memory, 0, "breaks").value == 0


def test_each_kind_of_violation_gives_one_rule_however_often_it_is_found(tmp_path: Path) -> None:
    memory, _ = grown(tmp_path)
    assert [metric(memory, t, "rules_held", "train").value for t in range(4)] == [0, 3, 3, 3]
    assert metric(memory, 3, "rules_duplicate", "train").value == 0
    reasons = [s.reason for g in memory.groups[1, 0, "train"].values() for s in g.selections]
    assert "says what a rule says, 1.00 alike" in reasons
    assert "no rule was proposed" in reasons


def test_rules_are_committed_before_anything_is_revised_and_revisions_are_learned_without_them(
    tmp_path: Path,
) -> None:
    memory, workshop = grown(tmp_path, iterations=1)
    kinds = [spec.kind for spec, _ in workshop.learned]
    assert kinds == ["commit-context", "sft"]
    used = {
        s.evidence.data["principle"]
        for g in memory.groups[1, 1, "train"].values()
        for s in g.signals
        if s.kind == "critique" and s.evidence
    }
    assert used == set(RULES)
    assert metric(memory, 1, "rules_used", "train").value == 3
    for sample in workshop.learned[1][1]:
        assert "Rule" not in sample.prompt[-1].content
        assert is_right(sample.prompt[-1].content, sample.answer)


def test_answers_without_a_violation_are_left_alone(tmp_path: Path) -> None:
    memory, _ = grown(tmp_path, iterations=1)
    alone = [g for g in memory.groups[1, 1, "train"].values() if len(g.candidates) == 1]
    assert alone
    assert all(is_right(g.prompt.text, g.candidates[0].text) for g in alone)
    assert {s.reason for g in alone for s in g.selections} == {"left as it was"}


def test_rules_that_are_only_worded_anew_show_as_bloat(tmp_path: Path) -> None:
    memory, _ = grown(tmp_path, Bloating, alike=1.0)
    held = [metric(memory, t, "rules_held", "train").value for t in range(4)]
    assert held[1] > 10
    assert held == sorted(held)
    strict, _ = grown(tmp_path / "strict", Bloating, alike=0.6)
    assert metric(strict, 3, "rules_held", "train").value < held[3] / 2


def test_what_cannot_be_read_is_no_violation_and_no_rule(tmp_path: Path) -> None:
    memory, workshop = grown(tmp_path, Mumbling, iterations=1)
    assert metric(memory, 1, "violations", "train").n_unscored > 10
    assert metric(memory, 1, "rules_held", "train").value == 0
    assert workshop.learned == []


def test_a_scripted_finder_and_author_gain_by_themselves(tmp_path: Path) -> None:
    memory = taught(tmp_path, SLUG, 0.3, 0.95, iterations=2)
    assert metric(memory, 2, "rules_held", "train").value == 1
    assert metric(memory, 1, "violations", "train").value > 0.4
    assert metric(memory, 2, "teacher_gap", "gold").low > 0.4
