"""How long a run will take: from what runs of the same model took here, else roughly from the model's size."""

from dataclasses import dataclass

from django.db.models import Count, DurationField, ExpressionWrapper, F, Sum

from experiments.alignment.loop import Step, chunks, plan
from experiments.alignment.types import Chunk
from experiments.models import LanguageModel, Work, WorkStatus
from experiments.services.launch import Checked, LaunchRequest, check_launch

PARAMETERS_A_SECOND = 4e10
"""Parameters × tokens that two cores get through in a second when sampling; training takes about six times as long."""
TRAINING = 6


@dataclass(frozen=True)
class Estimate:
    """`seconds` is None where nothing is known; `samples` are the answers that will be sampled or measured."""

    seconds: float | None
    samples: int
    basis: str


@dataclass(frozen=True)
class _Load:
    """What one step asks for. A training step counts as one item: how long one takes is known from earlier runs."""

    stage: str
    items: int
    answers: int


def estimate(request: LaunchRequest) -> Estimate:
    """Time and samples of a launch, without what is made for it first. Raises what `check_launch` raises."""
    found = check_launch(request, expected=request.make)
    loads = [
        _load(step, found)
        for step in plan(found.composition, found.config.iterations)
        if step.stage != "select"
    ]
    samples = sum(load.answers for load in loads if load.stage in ("propose", "evaluate"))
    model = found.models["policy"]
    pace = _measured_pace(model, found.recipe.slug)
    if pace.keys() >= {load.stage for load in loads}:
        seconds = sum(load.items * pace[load.stage] for load in loads)
        return Estimate(seconds, samples, "from runs of this recipe with this model on this installation")
    return Estimate(
        _from_size(model, loads, found.config.max_tokens), samples, "a rough guess from the model's size"
    )


def _load(step: Step, found: Checked) -> _Load:
    if step.stage == "learn":
        return _Load(step.stage, 1, min(found.config.prompts, found.version.counts["train"]))
    todo = chunks(step, found.composition, found.config, found.version.counts)
    each = getattr(found.composition.phases[step.phase].propose, "n", 1)
    return _Load(step.stage, sum(_prompts(c) for c in todo), sum(_prompts(c) * _asked(c, each) for c in todo))


def _prompts(chunk: Chunk) -> int:
    return chunk.stop - chunk.start


def _asked(chunk: Chunk, each: int) -> int:
    """Train prompts and those of the operator are sampled several times, the measured ones are answered once."""
    return each if chunk.part in ("train", "operator") else 1


def _measured_pace(model: LanguageModel, recipe: str) -> dict[str, float]:
    """Seconds an item of each stage, over the runs of a recipe with a model that were done here."""
    took = ExpressionWrapper(F("ended_at") - F("started_at"), output_field=DurationField())
    rows = (
        Work.objects.filter(status=WorkStatus.DONE, run__recipe=recipe, run__models__model=model)
        .values("stage")
        .annotate(items=Sum("items_total"), works=Count("pk"), took=Sum(took))
    )
    paces = {
        row["stage"]: (row["took"], row["works"] if row["stage"] == "learn" else row["items"]) for row in rows
    }
    return {stage: time.total_seconds() / items for stage, (time, items) in paces.items() if time and items}


def _from_size(model: LanguageModel, loads: list[_Load], max_tokens: int) -> float | None:
    if not model.parameters:
        return None
    token_seconds = model.parameters / PARAMETERS_A_SECOND
    weights = {"propose": 0.5, "evaluate": 0.5, "learn": TRAINING}
    return sum(weights.get(load.stage, 0) * load.answers * max_tokens * token_seconds for load in loads)
