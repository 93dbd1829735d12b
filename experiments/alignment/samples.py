"""From selections to what a learner reads.

A candidate's training prompt is its own `train_context` where it has one, else the group's prompt, whatever the model
saw when it answered.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from experiments.alignment.environments.moves import moves, parting
from experiments.alignment.sample_kinds import (
    Demonstration,
    Label,
    Preference,
    Rollout,
    Sample,
    Steps,
    Unpaired,
)
from experiments.alignment.solution_steps import solution_steps
from experiments.alignment.types import Candidate, Group, Message, SampleKind, Selection


def samples(group: Group, role: str, kind: SampleKind) -> list[Sample]:
    """The training samples of one group for one role."""
    return list(MAKERS[kind](group, [selection for selection in group.selections if selection.role == role]))


def _prompt(group: Group, candidate: Candidate) -> tuple[Message, ...]:
    return group.prompt.messages if candidate.train_context is None else candidate.train_context


def _kept(group: Group, selections: Sequence[Selection]) -> Iterable[tuple[Selection, Candidate]]:
    for selection in selections:
        if selection.fate == "kept":
            for index in selection.about:
                yield selection, group.candidates[index]


def _demonstrations(group: Group, selections: Sequence[Selection]) -> Iterable[Sample]:
    """An episode is shown move by move, each after what was seen before it."""
    for selection, candidate in _kept(group, selections):
        for turn in moves(candidate):
            yield Demonstration(turn.prompt, turn.text, selection.weight)
        if not moves(candidate):
            yield Demonstration(_prompt(group, candidate), candidate.text, selection.weight)


def pairs_of(selections: Iterable[Selection]) -> list[tuple[Selection, Selection]]:
    """The chosen and the rejected selection of every preference, those of each role apart, in the order made."""
    pairs: dict[tuple[str, int], dict[str, Selection]] = defaultdict(dict)
    for selection in selections:
        if selection.pair is not None:
            pairs[selection.role, selection.pair][selection.fate] = selection
    return [
        (pair["chosen"], pair["rejected"]) for pair in pairs.values() if {"chosen", "rejected"} <= pair.keys()
    ]


def _preferences(group: Group, selections: Sequence[Selection]) -> Iterable[Sample]:
    for chosen, rejected in sorted(pairs_of(selections), key=lambda pair: pair[0].pair or 0):
        yield _preference(group, chosen, rejected)


def _preference(group: Group, chosen: Selection, rejected: Selection) -> Preference:
    """Of two episodes, the moves at which they part; of answers, the answers."""
    better, worse = group.candidates[chosen.about[0]], group.candidates[rejected.about[0]]
    fork = parting(better, worse)
    if fork:
        return Preference(fork.prompt, fork.first, fork.second, chosen.p_chosen, chosen.weight)
    return Preference(_prompt(group, better), better.text, worse.text, chosen.p_chosen, chosen.weight)


def _rollouts(group: Group, selections: Sequence[Selection]) -> Iterable[Sample]:
    """A kept candidate's advantage is its selection's weight; an episode gives one sample a turn that was its own."""
    for selection, candidate in _kept(group, selections):
        if not candidate.turns:
            yield Rollout(_prompt(group, candidate), candidate.text, selection.weight)
        for turn in candidate.turns:
            if turn.prompt:
                yield Rollout(turn.prompt, turn.text, selection.weight * turn.credit, turn.options)


def _labels(group: Group, selections: Sequence[Selection]) -> Iterable[Sample]:
    """One label a group: its options are the kept candidates, their weights the probabilities."""
    kept = list(_kept(group, selections))
    if kept:
        options = tuple(candidate.text for _, candidate in kept)
        yield Label(group.prompt.messages, options, tuple(selection.weight for selection, _ in kept))


def _unpaired(group: Group, selections: Sequence[Selection]) -> Iterable[Sample]:
    """Chosen and rejected answers that stand in no pair."""
    for selection in selections:
        if selection.pair is None and selection.fate in ("chosen", "rejected"):
            for index in selection.about:
                answer = group.candidates[index]
                good = selection.fate == "chosen"
                yield Unpaired(_prompt(group, answer), answer.text, good, selection.weight)


def _steps(group: Group, selections: Sequence[Selection]) -> Iterable[Sample]:
    """One sample a kept solution. Its weight is its verdict, and so is that of a completion begun at its step `turn`.

    A step is as good as the completions that begin at it are on average, the last one as the solution itself. Without
    completions the solution is one step.
    """
    verdicts: dict[tuple[int, int], list[float]] = defaultdict(list)
    for selection, candidate in _kept(group, selections):
        if candidate.parent is not None:
            verdicts[candidate.parent, candidate.turn].append(selection.weight)
    begun = {parent for parent, _ in verdicts}
    for selection, solution in _kept(group, selections):
        if solution.parent is None:
            steps = solution_steps(solution.text) if solution.index in begun else (solution.text,)
            found = [verdicts.get((solution.index, number)) for number in range(1, len(steps))]
            means = tuple(sum(values) / len(values) if values else None for values in found)
            yield Steps(_prompt(group, solution), steps, (*means, selection.weight))


MAKERS: dict[SampleKind, Callable[[Group, Sequence[Selection]], Iterable[Sample]]] = {
    "demonstration": _demonstrations,
    "preference": _preferences,
    "rollout": _rollouts,
    "label": _labels,
    "unpaired": _unpaired,
    "steps": _steps,
}
