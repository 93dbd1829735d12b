"""What the standing experiments are, which runs they launch, and which launches of them there have been."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from experiments.alignment.errors import ConfigError
from experiments.models import Run, User
from experiments.services.launch import LaunchRequest, launch_sweep
from experiments.services.standing import self_rewarding, tool_loop, weak_to_strong
from experiments.services.standing.parts import Part

SEEDS = [0, 1, 2]
PROGRAMS: dict[str, object] = {"max_tokens": 120, "probe_prompts": 40, "gold_prompts": 60}


@dataclass(frozen=True)
class Cells:
    """One sweep of the experiment: a request, and what varies besides the seed."""

    recipe: str
    dataset: str
    settings: dict[str, object] = field(default_factory=dict)
    vary: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class StandingExperiment:
    """`report` reads the runs of one launch; `took` says what was measured with the starter model."""

    slug: str
    title: str
    question: str
    how: str
    cells: Sequence[Cells]
    report: Callable[[Sequence[Run]], list[Part]]
    took: str

    def sweep(self, at: datetime) -> str:
        """The name that the runs of one launch share."""
        return f"{self.slug} {at:%Y-%m-%d %H:%M:%S}"


STANDING = (
    StandingExperiment(
        slug="self-rewarding-loop",
        title="A model that rewards itself",
        question="Does a model get better when it learns from its own judgement, or only longer and more pleased?",
        how="Three rounds, three seeds: the model answers, judges its own answers, and learns to prefer the best to "
        "the worst. A control learns from random pairs of the same answers. Held-out gold, which nothing in the loop "
        "sees, stands beside the model's own score and the length of its answers.",
        cells=(
            Cells("self-rewarding", "format-rules", {"prompts": 96, "max_tokens": 32, "gold_prompts": 100}),
        ),
        report=self_rewarding.report,
        took="a single seed took about an hour on one processor core, with other programs beside",
    ),
    StandingExperiment(
        slug="weak-to-strong-sweep",
        title="A weak model supervises a stronger one",
        question="How much of a strong model's ability do labels of a weaker model bring out?",
        how="A word list labels sentences that people rated; a classifier on the model's features learns from those "
        "labels, and another from the true ones. Four domains, three seeds. The share of the gap recovered is 0 for a "
        "student as weak as its teacher and 1 for one as good as with true labels.",
        cells=(Cells("weak-to-strong", "sentences-products", vary={"dataset": weak_to_strong.DATASETS}),),
        report=weak_to_strong.report,
        took="about half an hour on one processor core, nearly all of it for reading features",
    ),
    StandingExperiment(
        slug="code-interpreter-loop",
        title="A model with a code interpreter",
        question="Does it help a model to see the error of its own program, or would fresh samples do better?",
        how="The model writes small functions, runs them against the tests that it may see, reads the error and tries "
        "again. The control draws as many fresh programs and keeps the first that passes. Hidden tests decide. Then "
        "pairs of failed and passed programs train the model. Three seeds.",
        cells=(
            Cells("tool-refine", "functions", {"iterations": 0, "operator_prompts": 40, **PROGRAMS}),
            Cells(
                "tool-preference",
                "functions",
                {"iterations": 1, "prompts": 60, "operator_prompts": 0, **PROGRAMS},
            ),
        ),
        report=tool_loop.report,
        took="about an hour on one processor core",
    ),
)


def find_standing(slug: str) -> StandingExperiment:
    """Raises ConfigError, with the names there are, for one that is none."""
    found = next((one for one in STANDING if one.slug == slug), None)
    if found is None:
        known = ", ".join(one.slug for one in STANDING)
        raise ConfigError(f"There is no standing experiment {slug!r}; there are {known}.", field="experiment")
    return found


@transaction.atomic
def launch_standing(experiment: StandingExperiment, model: str, by: User | None) -> list[Run]:
    """All runs of the experiment under one name, or none. Raises what a launch raises."""
    name = experiment.sweep(timezone.now())
    runs: list[Run] = []
    for cells in experiment.cells:
        request = LaunchRequest(
            recipe=cells.recipe, model=model, dataset=cells.dataset, settings=dict(cells.settings), name=name
        )
        runs += launch_sweep(request, SEEDS, dict(cells.vary), by)
    return runs


def rounds_of(experiment: StandingExperiment, user: User) -> list[str]:
    """The names of its launches, newest first."""
    runs = Run.objects.visible_to(user).filter(sweep__startswith=f"{experiment.slug} ")
    return list(runs.order_by("-sweep").values_list("sweep", flat=True).distinct()[:20])
