"""A run that needs what no run has made yet: its maker starts now, and the run itself is planned after it."""

from dataclasses import dataclass

from django.db import transaction

from experiments.alignment.errors import ConfigError
from experiments.alignment.registry import Recipe, get_recipe
from experiments.models import Run, Schedule, User
from experiments.services.artefacts import first_makers, kind_words
from experiments.services.launch import LaunchRequest, launch
from experiments.services.schedules import Timing, create_schedule


@dataclass(frozen=True)
class Started:
    """What a start came to: the run that goes now, and the plan for the one that waits for it."""

    run: Run
    planned: Schedule | None = None


@transaction.atomic
def start(request: LaunchRequest, by: User | None, cloned_from: Run | None = None) -> Started:
    """Launches the run; where something is to be made first, launches its maker and plans the run after its success.

    Both or neither. Raises what a launch and a plan raise, and ConfigError for more than one thing to make.
    """
    if not request.make:
        return Started(launch(request, by, cloned_from=cloned_from))
    if len(request.make) > 1:
        raise ConfigError("One thing can be made first; choose runs that lend the others.", field="use")
    [(kind, slug)] = request.make.items()
    first = launch(_maker_request(request, kind, slug), by)
    later = request.model_copy(update={"make": {}, "use": request.use | {kind: first.pk}})
    planned = create_schedule(later, Timing(kind="after", after_run_id=first.pk), by)
    return Started(first, planned)


def _maker_request(request: LaunchRequest, kind: str, slug: str) -> LaunchRequest:
    """The maker with its own defaults, on the same model; on the same data too where both recipes suit the same."""
    recipe, maker = get_recipe(request.recipe), _maker(kind, slug)
    return LaunchRequest(
        recipe=maker.slug,
        model=request.model,
        dataset=request.dataset if maker.data == recipe.data else maker.data,
        seed=request.seed,
        name=f"{kind_words(kind).capitalize()} for {request.name or recipe.title}"[:200],
    )


def _maker(kind: str, slug: str) -> Recipe:
    known = {maker.slug: maker for maker in first_makers(kind)}
    if slug not in known:
        raise ConfigError(
            f"{slug!r} makes no {kind}; recipes that do: {', '.join(known) or 'none'}.", field="use"
        )
    return known[slug]
