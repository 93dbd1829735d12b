"""Whether a recipe asks of an endpoint what a remote server does not give: training, probabilities, rewards."""

from collections.abc import Mapping

from experiments.alignment.composition import BUILT_IN, Composition
from experiments.alignment.errors import ConfigError
from experiments.alignment.learners import CommitContext
from experiments.alignment.types import Capability
from experiments.models import LanguageModel

GIVES: frozenset[Capability] = frozenset({"generate"})
WORDS: Mapping[Capability, str] = {
    "score": "the log-probabilities of given answers",
    "next_token": "the probabilities of its next token",
    "reward": "a reward",
    "guide": "decoding that a reward model steers",
}


def check_endpoints(composition: Composition, models: Mapping[str, LanguageModel]) -> None:
    """Raises ConfigError where an endpoint plays a role that it cannot; `models` are those of a launch, by role."""
    remote = {role for role, model in models.items() if model.kind == LanguageModel.Kind.ENDPOINT}
    if not remote:
        return
    if "policy" in remote and _trains_weights(composition):
        raise ConfigError(
            f"{models['policy'].name} is an endpoint, and this recipe trains the policy's weights: give it a local "
            "model, and let the endpoint play another role.",
            field="model",
        )
    for role, need in _asked(composition):
        player = _player(role, composition, models)
        if player in remote and need not in GIVES:
            raise ConfigError(
                f"The role {role} is played by {models[player].name}, an endpoint, which gives text alone; this recipe "
                f"needs {WORDS.get(need, need)} there: give that role a local model.",
                field="model" if player == "policy" else "roles",
            )


def _trains_weights(composition: Composition) -> bool:
    learners = (branch.learn for phase in composition.phases for branch in phase.branches)
    return any(learner is not None and not isinstance(learner, CommitContext) for learner in learners)


def _asked(composition: Composition) -> list[tuple[str, Capability]]:
    """Each role with each capability that some plug-in asks of it."""
    return [
        (role, need)
        for plugin in composition.plugins()
        for role in plugin.roles
        for need in sorted(plugin.needs)
    ]


def _player(role: str, composition: Composition, models: Mapping[str, LanguageModel]) -> str:
    """The bound role whose model plays a role; nobody's for the policies of the product itself."""
    if role in models or role in BUILT_IN:
        return role
    stand_in = dict(composition.stand_ins).get(role)
    return _player(stand_in, composition, models) if stand_in else "policy"
