"""From selections to what a learner reads."""

from collections import defaultdict
from collections.abc import Iterable

from experiments.alignment.types import Demonstration, Group, Preference, Sample, SampleKind, Selection


def samples(group: Group, role: str, kind: SampleKind) -> list[Sample]:
    """The training samples of one group for one role. Their prompt is the group's own, whatever the model
    saw.
    """
    mine = [selection for selection in group.selections if selection.role == role]
    return list(_demonstrations(group, mine) if kind == "demonstration" else _preferences(group, mine))


def _demonstrations(group: Group, selections: list[Selection]) -> Iterable[Demonstration]:
    for selection in selections:
        if selection.fate == "kept":
            for index in selection.about:
                yield Demonstration(group.prompt.messages, group.candidates[index].text, selection.weight)


def _preferences(group: Group, selections: list[Selection]) -> Iterable[Preference]:
    pairs: dict[int, dict[str, Selection]] = defaultdict(dict)
    for selection in selections:
        if selection.pair is not None:
            pairs[selection.pair][selection.fate] = selection
    for _, pair in sorted(pairs.items()):
        if {"chosen", "rejected"} <= pair.keys():
            yield _preference(group, pair["chosen"], pair["rejected"])


def _preference(group: Group, chosen: Selection, rejected: Selection) -> Preference:
    return Preference(
        group.prompt.messages,
        group.candidates[chosen.about[0]].text,
        group.candidates[rejected.about[0]].text,
        chosen.p_chosen,
        chosen.weight,
    )
