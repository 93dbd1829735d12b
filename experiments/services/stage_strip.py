"""The five stages of the iteration under way: how far each is, how fast, and how long it will still take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from experiments.models import Iteration, Run, Work, WorkStatus

LABELS = {
    "propose": "Propose",
    "signal": "Signal",
    "select": "Select",
    "learn": "Train",
    "evaluate": "Evaluate",
}
SECONDS_BEFORE_A_RATE = 3.0


@dataclass(frozen=True)
class Stage:
    """One stage: words such as "step 31 of 52", the share done (None before it is known), its state."""

    name: str
    label: str
    state: str
    share: float | None
    figures: str
    rate: float | None = None
    unit: str = ""
    seconds_left: float | None = None


@dataclass(frozen=True)
class Strip:
    """The iteration under way (the last one of a run that ended) and its stages.

    Of a round with several phases, the stages before Evaluate are those of the newest phase begun, counted from 0.
    """

    iteration: int
    stages: Sequence[Stage]
    phase: int = 0
    phases: int = 1

    @property
    def current(self) -> Stage | None:
        """The stage that runs or comes next; None when all are done."""
        mine = [stage for stage in self.stages if _takes_part(stage.name, self.iteration)]
        by_state = {stage.state: stage for stage in reversed(mine)}
        return by_state.get("running") or by_state.get("failed") or by_state.get("waiting")


def _takes_part(name: str, iteration: int) -> bool:
    """Iteration 0 only measures the model before training."""
    return iteration > 0 or name == "evaluate"


def strip(run: Run, works: Sequence[Work], iteration: Iteration | None, phases: int = 1) -> Strip | None:
    """The strip for the newest iteration of `works`; None before there is any work."""
    if not works:
        return None
    newest = max(work.iteration for work in works)
    begun = [work for work in works if work.iteration == newest]
    phase = max(work.phase for work in begun)
    mine = [work for work in begun if work.phase == phase or work.stage == "evaluate"]
    now = timezone.now()
    stages = [_stage(name, run, mine, iteration, newest, now) for name in LABELS]
    return Strip(newest, stages, phase, phases)


def _stage(
    name: str, run: Run, works: Sequence[Work], iteration: Iteration | None, index: int, now: datetime
) -> Stage:
    own = [work for work in works if work.stage == name]
    if not _takes_part(name, index):
        return Stage(name, LABELS[name], "waiting", None, "from iteration 1")
    state = _state(own, run)
    done, total = sum(w.items_done for w in own), sum(w.items_total for w in own)
    share = 1.0 if state == "done" else done / total if total else None
    if state in ("waiting", "done"):
        words = _done_words(name, iteration, done, total) if state == "done" else "waiting"
        return Stage(name, LABELS[name], state, share, words)
    rate = _rate(own, now) if state == "running" else None
    left = (total - done) / rate if rate and total > done else None
    unit = own[0].unit
    return Stage(name, LABELS[name], state, share, _count(done, total, unit, state), rate, unit, left)


def _state(own: Sequence[Work], run: Run) -> str:
    if own and all(work.status == WorkStatus.DONE for work in own):
        return "done"
    if not any(work.items_done or work.status == WorkStatus.RUNNING for work in own):
        return "waiting"
    return "failed" if run.ended else "running"


def _done_words(name: str, iteration: Iteration | None, done: int, total: int) -> str:
    if name == "select" and iteration:
        return f"{iteration.kept:,} kept, {sum(iteration.dropped.values()):,} dropped"
    if name == "learn" and iteration and iteration.steps:
        return f"{iteration.steps:,} step{'' if iteration.steps == 1 else 's'}"
    return f"{done:,} of {total:,}" if total else "done"


def _count(done: int, total: int, unit: str, state: str) -> str:
    stopped = "stopped at " if state == "failed" else ""
    if not total:
        return f"{stopped}the beginning" if stopped else "begins"
    return f"{stopped}step {done:,} of {total:,}" if unit == "steps" else f"{stopped}{done:,} of {total:,}"


def _rate(own: Sequence[Work], now: datetime) -> float | None:
    """Items a second since the stage began; None while that is too early to say."""
    began = min((work.started_at for work in own if work.started_at), default=None)
    done = sum(work.items_done for work in own)
    seconds = (now - began).total_seconds() if began else 0.0
    return done / seconds if done and seconds > SECONDS_BEFORE_A_RATE else None
