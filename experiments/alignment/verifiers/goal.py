"""The rule `reaches-goal:ENVIRONMENT/SEED`: an answer's moves, one a line, are made again and must end at the goal.

Nothing that an answer says about itself counts, nor what an episode recorded: the environment alone decides.
"""

import re
from dataclasses import replace

from experiments.alignment.environments import find_environment
from experiments.alignment.environments.places import Start
from experiments.alignment.environments.replay import ReplayError, actions_of, replay
from experiments.alignment.errors import DataError
from experiments.alignment.types import Reference
from experiments.alignment.verifiers.verdict import Verdict, verdict_of

GOAL = "reaches-goal"
SHAPE = re.compile(rf"{GOAL}:(?P<environment>[a-z0-9][a-z0-9.-]*)/(?P<seed>\d{{1,9}})")


def is_goal_rule(rule: str | None) -> bool:
    """Whether a rule is of this kind, well written or not."""
    return (rule or "").partition(":")[0] == GOAL


def goal_rule(start: Start) -> str:
    """The rule of a start."""
    return f"{GOAL}:{start.environment}/{start.seed}"


def goal_start(rule: str | None) -> Start:
    """The start that a rule names. Raises DataError for one that is written otherwise.

    Whether there is such an environment is found out where episodes are played, since a package may bring it.
    """
    found = SHAPE.fullmatch(rule or "")
    if found is None:
        raise DataError(
            f"The rule {GOAL!r} needs an environment and a seed, as in '{GOAL}:text-grid/17'; it was written {rule!r}.",
            field="rule",
        )
    return Start(found["environment"], int(found["seed"]))


def verify_goal(answer_text: str, reference: Reference) -> Verdict:
    """1.0 when the moves can all be made and end at the goal.

    Raises DataError for a rule that names no start and ConfigError for an environment that is not here.
    """
    start = goal_start(reference.rule)
    try:
        played = replay(find_environment(start.environment), start.seed, actions_of(answer_text))
    except ReplayError as error:
        return verdict_of(False, "not playable", error.message)
    label = "reached the goal" if played.reached else "did not reach the goal"
    return verdict_of(played.reached, label, f"replayed {len(played.rewards)} moves")


def in_world(reference: Reference, world: str) -> Reference:
    """The same seed's goal in another environment; the reference itself without one or for another rule."""
    if not world or not is_goal_rule(reference.rule):
        return reference
    return replace(reference, rule=goal_rule(replace(goal_start(reference.rule), environment=world)))
