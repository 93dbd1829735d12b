"""What the review page shows: one critique with what it is about, and nothing that others said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from experiments.models import Run, Signal, User
from experiments.services.reviews import TeamView, team_view, waiting
from experiments.services.signal_views import about_words

AHEAD = 20


@dataclass(frozen=True)
class ReviewItem:
    """One critique, the answers it is about, the member's view of its reviews; how many more wait, capped."""

    run: Run
    signal: Signal
    about: str
    answers: list[str]
    review: TeamView
    more: int


def review_item(runs: Sequence[Run], user: User, after: int | None) -> ReviewItem | None:
    """The first critique in these runs that waits, beyond the skipped one; None when all is done."""
    for run in runs:
        rows = waiting(run, user)
        if after is not None:
            rows = rows.filter(pk__lt=after)
        ids = list(rows.values_list("pk", flat=True)[: AHEAD + 1])
        if ids:
            return _item(run, ids, user)
    return None


def _item(run: Run, ids: list[int], user: User) -> ReviewItem:
    signal = Signal.objects.select_related("trace__iteration", "trace__row").get(pk=ids[0])
    texts = dict(signal.trace.candidates.filter(index__in=signal.about).values_list("index", "text"))
    answers = [texts[index] for index in signal.about if index in texts]
    about = about_words(signal.about, signal.trace.n_candidates)
    return ReviewItem(run, signal, about, answers, team_view(signal, user), len(ids) - 1)


def answered_view(signal_id: str, user: User) -> tuple[Signal, TeamView] | None:
    """What the team said about the critique that the member answered just now; None without an answer."""
    if not signal_id.isdecimal() or len(signal_id) > 18:
        return None
    visible = Run.objects.visible_to(user)
    signal = Signal.objects.filter(pk=int(signal_id), trace__iteration__run__in=visible).first()
    view = team_view(signal, user) if signal else None
    return (signal, view) if signal and view and view.mine else None
