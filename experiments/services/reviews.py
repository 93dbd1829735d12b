"""What the team says about a judge's verdicts. Nobody sees the others' answers before giving their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from experiments.alignment.errors import ConfigError
from experiments.alignment.foreign import admit_text
from experiments.models import Review, Run, Signal, User

JUDGED = Q(kind__startswith="judge") | Q(kind__startswith="critique")
LONGEST_NOTE = 4_000
EARLY = 50


@dataclass(frozen=True)
class Agreement:
    """The share of answers that agree with the judge; None while there is no answer. n counts answers."""

    share: float | None
    n: int


@dataclass(frozen=True)
class TeamView:
    """What one member may see of a signal's reviews: `answers` and `agreement` are empty without `mine`."""

    mine: Review | None
    others: int
    answers: tuple[Review, ...]
    agreement: Agreement

    @property
    def waiting_words(self) -> str:
        """What the reader is told about the others before answering: how many, not what."""
        if self.others == 1:
            return "One colleague has answered; you see their answer after yours."
        if self.others:
            return f"{self.others} colleagues have answered; you see theirs after yours."
        return "Nobody has answered yet."


def answer(signal: Signal, reviewer: User, verdict: str, note: str = "") -> Review:
    """Writes, or changes, a member's answer. Raises ConfigError for a bad one or a signal without a judge."""
    if not signal.judged:
        raise ConfigError("Only a judge's verdict or critique can be reviewed.", "signal")
    if verdict not in Review.Verdict.values:
        raise ConfigError("Choose agree or disagree.", "verdict")
    if len(note) > LONGEST_NOTE:
        raise ConfigError(f"The note is longer than {LONGEST_NOTE:,} characters; shorten it.", "note")
    said = {"verdict": verdict, "note": admit_text(note)}
    return Review.objects.update_or_create(signal=signal, reviewer=reviewer, defaults=said)[0]


def team_view(signal: Signal, user: User) -> TeamView:
    """One signal's reviews as this member may see them."""
    return team_views([signal], user)[signal.pk]


def team_views(signals: Iterable[Signal], user: User) -> dict[int, TeamView]:
    """The same for many signals, in one query."""
    said: dict[int, list[Review]] = {signal.pk: [] for signal in signals}
    for review in Review.objects.filter(signal__in=list(said)).select_related("reviewer").order_by("pk"):
        said[review.signal_id].append(review)
    return {pk: _view(reviews, user) for pk, reviews in said.items()}


def _view(reviews: Sequence[Review], user: User) -> TeamView:
    mine = next((review for review in reviews if review.reviewer_id == user.pk), None)
    others = len(reviews) - (mine is not None)
    if mine is None:
        return TeamView(None, others, (), Agreement(None, 0))
    return TeamView(mine, others, tuple(reviews), _agreement([review.verdict for review in reviews]))


def agreement(signals: Iterable[Signal] | QuerySet[Signal]) -> Agreement:
    """Raw agreement between the team and the judge over all answers to these signals."""
    return _agreement(list(Review.objects.filter(signal__in=signals).values_list("verdict", flat=True)))


def _agreement(verdicts: Sequence[str]) -> Agreement:
    agreed = sum(verdict == Review.Verdict.AGREE for verdict in verdicts)
    return Agreement(agreed / len(verdicts) if verdicts else None, len(verdicts))


def waiting(run: Run, user: User) -> QuerySet[Signal]:
    """The run's critiques and verdicts that this member has not answered yet, newest first."""
    answered = Review.objects.filter(signal=OuterRef("pk"), reviewer=user)
    rows = Signal.objects.filter(JUDGED, ~Exists(answered), trace__iteration__run=run)
    return rows.order_by("-pk")


def reviewable_runs(user: User, count: int = 12) -> list[Run]:
    """The newest runs that have something judged in them.

    A recipe that judges does so from the first round on, so the first traces of it tell.
    """
    early = Signal.objects.filter(
        JUDGED,
        trace__position__lt=EARLY,
        trace__iteration__index__lte=1,
        trace__iteration__run=OuterRef("pk"),
    )
    runs = Run.objects.visible_to(user).filter(Exists(early)).order_by("-pk")
    return list(runs.only("pk", "name", "status")[:count])
