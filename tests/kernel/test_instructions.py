"""How new instructions are asked for, read, screened while they are made, and answered."""

from dataclasses import replace

import pytest

from experiments.alignment.filters.answers import OF_ANSWERS
from experiments.alignment.filters.instructions import OF_TASKS, NoGain, of_copies, of_new_instructions
from experiments.alignment.ports import Round
from experiments.alignment.prompts.instructing import (
    NAMES,
    OPERATORS,
    asked_of,
    asking,
    evolving_messages,
    new_task_messages,
    read_instruction,
    whole,
)
from experiments.alignment.proposers.answer_instructions import AnswerInstructions
from experiments.alignment.proposers.evolve import Evolve
from experiments.alignment.proposers.self_instruct import SelfInstruct
from experiments.alignment.samples import samples
from experiments.alignment.selectors.passed_filters import PassedFilters
from experiments.alignment.signals.filtered import Filtered
from experiments.alignment.types import Ask, Candidate, Completion, Group, Message, Prompt, Selection
from tests.kernel.planted import Planted, at, case_of

SYSTEM = Message("system", "Be brief.")
TASKS = (
    "Name three rivers that flow north.",
    "Explain why bread rises when baked.",
    "Write a rhyme about an old clock.",
)
SUBJECTS = (
    "windmills glaciers violins lighthouses beehives printing compasses aqueducts orchards telescopes".split()
)


def prompts() -> list[Prompt]:
    return [Prompt(f"p{n}", (SYSTEM, Message("user", task)), "train") for n, task in enumerate(TASKS)]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Name two seas.", "Name two seas."),
        ("Task 9: Name two seas.\nTask 10: Name a lake.", "Name two seas."),
        ("9. Name two seas.", "Name two seas."),
        ("**Task 9:** Name two seas.", "Name two seas."),
        ("Rewritten task: “Name two seas.”", "Name two seas."),
        ("Here is a new task:\nName two seas.", "Name two seas."),
        ('"Name two seas."\n\nThis is harder.', "Name two seas."),
        ('Say "sea" and then "lake"', 'Say "sea" and then "lake"'),
        ("5 seas are there: name them.", "5 seas are there: name them."),
        (" \n", ""),
        ('"', '"'),
    ],
)
def test_an_instruction_is_read_without_what_stands_around_it(written: str, read: str) -> None:
    assert read_instruction(written) == read


def test_an_instruction_is_whole_if_it_ended_or_something_follows_it() -> None:
    assert whole(Completion("Name two", 2))
    assert not whole(Completion("Task 1:\nName two", 2, stop="length"))
    assert whole(Completion("Name two seas.\nName", 4, stop="length"))


def test_examples_are_turns_and_the_request_comes_last() -> None:
    messages = new_task_messages(TASKS)
    assert [m.content for m in messages if m.role == "assistant"] == list(TASKS)
    assert (messages[-1].role, messages[-1].content) == ("user", "Task 4:")


def test_an_evolution_is_asked_for_with_an_example_of_its_operator() -> None:
    for operator in OPERATORS:
        messages = evolving_messages(operator, TASKS[0])
        assert operator.asks in messages[-1].content
        assert TASKS[0] in messages[-1].content
        assert messages[-2].content == operator.after
    assert len(set(NAMES)) == len(OPERATORS)


def test_an_instruction_takes_the_place_of_the_last_question() -> None:
    talk = (SYSTEM, Message("user", "a"), Message("assistant", "b"), Message("user", "c"))
    assert asking(talk, "d") == (*talk[:3], Message("user", "d"))
    assert asked_of(asking(talk, "d")) == "d"
    assert asking((SYSTEM,), "d") == (SYSTEM, Message("user", "d"))


def inventive(ask: Ask) -> str:
    """A windmill for the same seed, mostly another subject for another one."""
    return f"Task 9: Describe in two sentences what people use {SUBJECTS[ask.seed % len(SUBJECTS)]} for."


def invent(planted: Planted, pool: tuple[str, ...] = (), n: int = 4) -> list[Group]:
    return SelfInstruct(of_new_instructions(0.9), n=n, human=2, machine=2).propose(
        at(planted, pool), prompts()
    )


def test_examples_are_prompts_and_pooled_instructions_with_the_own_prompt_among_them() -> None:
    pool = ("Describe a harbour at night.", "List five old tools.", "Say what a comma does.")
    planted = Planted(inventive)
    groups = invent(planted, pool)
    for place, ask in enumerate(planted.asked):
        shown = [m.content for m in ask.messages if m.role == "assistant"]
        assert len(shown) == 4
        assert TASKS[place // 4] in shown
        assert len(set(shown) & set(pool)) == 2
    parents = [
        s.evidence.data["parents"] for s in groups[0].signals if s.kind == "instruction" and s.evidence
    ]
    assert parents[0] == [m.content for m in planted.asked[0].messages if m.role == "assistant"]


def test_without_a_pool_prompts_alone_are_shown() -> None:
    planted = Planted(inventive)
    invent(planted)
    for ask in planted.asked:
        assert {m.content for m in ask.messages if m.role == "assistant"} == set(TASKS)


def kept(groups: list[Group]) -> list[str]:
    picked = [(group, PassedFilters("instructions").pick(group, 0)) for group in groups]
    return [group.candidates[s.about[0]].text for group, fates in picked for s in fates if s.fate == "kept"]


def test_each_new_subject_is_kept_once_and_repetitions_are_dropped_by_name() -> None:
    groups = invent(Planted(inventive), n=12)
    texts = [c.text for group in groups for c in group.candidates]
    assert sorted(kept(groups)) == sorted(set(texts))
    reasons = {
        s.reason for g in groups for s in PassedFilters("instructions").pick(g, 0) if s.fate == "dropped"
    }
    assert reasons
    assert all(reason.startswith("novelty: 1.00 like “Describe in two") for reason in reasons)


def test_what_the_pool_holds_already_is_not_new() -> None:
    first = kept(invent(Planted(inventive)))
    assert kept(invent(Planted(inventive), tuple(first))) != first
    assert not set(kept(invent(Planted(inventive), tuple(first)))) & set(first)


def test_a_copied_prompt_is_not_new() -> None:
    assert kept(invent(Planted(lambda ask: TASKS[1]))) == []


def test_an_instruction_that_nobody_wrote_is_unscored_not_zero() -> None:
    [said] = [s for s in invent(Planted(lambda ask: ""), n=1)[0].signals if s.kind == "instruction"]
    assert (said.value, said.parsed, said.error) == (None, False, "no response")


def evolving(ask: Ask) -> str:
    task = case_of(ask).split("Task: ")[1].split("\n")[0]
    return f"{task} Give one reason for each of them, too, and say who found it."


def evolve(planted: Planted, generations: int = 3, breadth: bool = False) -> list[Group]:
    ways = tuple(operator for operator in OPERATORS if operator.breadth == breadth)
    filters = (*OF_TASKS, NoGain())
    return Evolve(filters, of_copies(0.7), generations, operators=ways).propose(at(planted), prompts())


def test_an_evolution_grows_out_of_the_one_before_it() -> None:
    for group in evolve(Planted(evolving)):
        assert [(c.parent, c.turn) for c in group.candidates] == [(None, 1), (0, 2), (1, 3)]
        assert all(c.text.startswith(group.prompt.text) for c in group.candidates)
        parents = [
            s.evidence.data["parents"] for s in group.signals if s.kind == "instruction" and s.evidence
        ]
        assert parents == [[group.prompt.text], *([c.text] for c in group.candidates[:2])]


def test_a_failed_evolution_is_dropped_and_its_parent_evolves_again() -> None:
    def lazy_at_first(ask: Ask) -> str:
        task = case_of(ask).split("Task: ")[1].split("\n")[0]
        return task if task in TASKS and ask.seed % 2 else evolving(ask)

    groups = evolve(Planted(lazy_at_first))
    for group in groups:
        fates = PassedFilters("instructions").pick(group, 0)
        for one, fate in zip(group.candidates, fates, strict=True):
            copied = one.text == group.prompt.text
            assert (fate.fate == "dropped") == copied
            assert fate.reason.startswith("no information gained: 1.00") == copied
        depths = [c.turn for c, fate in zip(group.candidates, fates, strict=True) if fate.fate == "kept"]
        assert depths == list(range(1, len(depths) + 1))
    assert any(c.text == g.prompt.text for g in groups for c in g.candidates)


def test_in_breadth_a_repetition_is_dropped_and_in_depth_it_may_stay() -> None:
    def same(ask: Ask) -> str:
        return "Compare two ways to carry water over a valley."

    assert len(kept(evolve(Planted(same), 1, breadth=True))) == 1
    assert len(kept(evolve(Planted(same), 1))) == len(TASKS)


def made(*texts: str, keep: tuple[int, ...] = (0,)) -> list[Group]:
    """For the first prompt these instructions, of which some were kept; for the others one that was dropped."""
    written = [(texts, keep), *((("Go.",), ()) for _ in TASKS[1:])]
    return [_made(prompt, *of_prompt) for prompt, of_prompt in zip(prompts(), written, strict=True)]


def _made(prompt: Prompt, texts: tuple[str, ...], keep: tuple[int, ...]) -> Group:
    fates = tuple(Selection((i,), "kept" if i in keep else "dropped", "planted") for i in range(len(texts)))
    return Group(
        prompt, tuple(Candidate(i, t, 1, "instruction") for i, t in enumerate(texts)), selections=fates
    )


def answered(earlier: list[Group], says: str, own: bool = True) -> list[Group]:
    here: Round = replace(at(Planted(lambda ask: says)), phase=1, earlier=lambda phase: earlier)
    groups = AnswerInstructions(own=own).propose(here, prompts())
    read = Filtered(OF_ANSWERS).read(here, groups)
    signalled = [replace(g, signals=s) for g, s in zip(groups, read, strict=True)]
    selectors = {
        "policy": PassedFilters("answers to instructions"),
        "control": PassedFilters("answers to prompts"),
    }
    return [
        replace(
            g,
            selections=tuple(
                replace(s, role=role) for role, select in selectors.items() for s in select.pick(g, 0)
            ),
        )
        for g in signalled
    ]


def test_kept_instructions_are_answered_and_the_prompt_as_often() -> None:
    new = ("List four trees of the north.", "List four birds.", "List four fish of the deep.")
    groups = answered(made(*new, keep=(0, 2)), "Spruce, pine, birch and larch.")
    learned = {role: samples(groups[0], role, "demonstration") for role in ("policy", "control")}
    assert [one.prompt for one in learned["policy"]] == [(SYSTEM, Message("user", new[i])) for i in (0, 2)]
    assert [one.prompt for one in learned["control"]] == [prompts()[0].messages] * 2
    assert [len(samples(g, "policy", "demonstration")) for g in groups] == [2, 0, 0]


def test_a_prompt_without_a_kept_instruction_says_so() -> None:
    [first, *others] = answered(made("List four trees."), "Spruce, pine, birch and larch.")
    assert all(len(group.candidates) == 1 for group in others)
    assert {s.reason for g in others for s in g.selections} == {"no instruction of it was kept"}
    assert "one of the answers to prompts" in {s.reason for s in first.selections}


def test_without_a_control_only_instructions_are_answered() -> None:
    [first, *_] = answered(made("List four trees."), "Spruce, pine, birch and larch.", own=False)
    assert [c.train_context is None for c in first.candidates] == [False]


def test_a_refusal_is_dropped_from_both_arms_by_name() -> None:
    [first, *_] = answered(made("List four trees."), "I'm sorry, but I can't list four of them.")
    own = {s.reason for s in first.selections if s.fate == "dropped" and s.reason.startswith("refusal")}
    assert own == {"refusal: the answer declines"}
    assert all(s.fate == "dropped" for s in first.selections)


def test_a_candidate_that_no_filter_read_is_unscored() -> None:
    [group, *_] = made("List four trees.")
    assert [s.reason for s in PassedFilters("instructions").pick(group, 0)] == ["unscored"]
    assert PassedFilters("instructions").best(group) is None
