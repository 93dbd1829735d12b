"""Recipes: what fits together, what does not, and that each is documented."""

from dataclasses import replace
from typing import get_args

import pytest

from experiments.alignment.composition import Branch, Composition, Phase, check
from experiments.alignment.config import RecipeConfig, TrainingConfig
from experiments.alignment.errors import ConfigError
from experiments.alignment.learners import DPO, SFT
from experiments.alignment.ports import Proposer, Selector, SignalSource
from experiments.alignment.proposers.sample import Sample
from experiments.alignment.registry import PARADIGM_OF, Recipe, get_recipe, recipe, recipes
from experiments.alignment.selectors.best_worst import BestWorst
from experiments.alignment.selectors.keep_correct import KeepCorrect
from experiments.alignment.selectors.random_pair import RandomPair
from experiments.alignment.signals.judge_scalar import JudgeScalar
from experiments.alignment.signals.verify_outcome import VerifyOutcome
from experiments.alignment.types import SampleKind

ROLES = frozenset({"policy", "judge"})


def composed(signal: SignalSource, branch: Branch, propose: Proposer = Sample(2)) -> Composition:  # noqa: B008
    return Composition((Phase(propose, (signal,), (branch,)),))


def test_parts_that_fit_pass() -> None:
    check(composed(VerifyOutcome(), Branch(KeepCorrect(), SFT())), ROLES)
    check(composed(JudgeScalar(), Branch(BestWorst("judge"), DPO())), ROLES)


@pytest.mark.parametrize(
    ("signal", "branch", "says"),
    [
        (
            VerifyOutcome(),
            Branch(BestWorst("judge"), DPO()),
            "BestWorst reads judge, which no signal source gives",
        ),
        (VerifyOutcome(), Branch(RandomPair(BestWorst("judge")), DPO()), "RandomPair reads judge"),
        (
            VerifyOutcome(),
            Branch(KeepCorrect(), DPO()),
            "produces demonstration samples, but DPO consumes preference",
        ),
        (
            JudgeScalar(),
            Branch(BestWorst("judge"), SFT()),
            "produces preference samples, but SFT consumes demonstr",
        ),
        (JudgeScalar(role="oracle"), Branch(BestWorst("judge")), "roles it does not declare: oracle"),
    ],
)
def test_parts_that_do_not_fit_are_refused_with_the_reason(
    signal: SignalSource, branch: Branch, says: str
) -> None:
    with pytest.raises(ConfigError, match=says):
        check(composed(signal, branch), ROLES)


def test_a_recipe_that_does_not_fit_cannot_be_registered() -> None:
    def broken(config: RecipeConfig) -> Composition:
        return composed(VerifyOutcome(), Branch(KeepCorrect(), DPO()))

    words = {"title": "Broken", "leaf": "3.2", "paper": "0000.00000", "summary": "Does not fit."}
    with pytest.raises(ConfigError, match="DPO consumes preference"):
        recipe(slug="broken", config=RecipeConfig, **words)(broken)  # type: ignore[arg-type]
    assert "broken" not in [r.slug for r in recipes()]


@pytest.mark.parametrize("made", recipes(), ids=lambda r: r.slug)
def test_every_recipe_is_documented_and_placed(made: Recipe) -> None:
    assert made.summary.endswith(".")
    assert len(made.documentation) > 400
    for heading in ("This follows", "Departures", "Reading it"):
        assert heading in made.documentation
    assert made.paper in made.documentation
    assert made.paradigm == PARADIGM_OF[made.leaf[0]]
    assert all(role.help.endswith(".") for role in made.roles)


@pytest.mark.parametrize("made", recipes(), ids=lambda r: r.slug)
def test_every_setting_has_a_help_line(made: Recipe) -> None:
    for name, setting in made.config.model_fields.items():
        assert setting.description, name
        assert setting.description.endswith("."), name


def test_an_unknown_setting_and_one_out_of_range_name_the_field() -> None:
    made = get_recipe("rest-em")
    with pytest.raises(
        ConfigError, match=r"rest-em: .*'sampels'.*closest first, are samples, iterations"
    ) as unknown:
        made.configure({"sampels": 3})
    with pytest.raises(ConfigError, match="rest-em: iterations") as beyond:
        made.configure({"iterations": -1})
    assert (unknown.value.field, beyond.value.field) == ("sampels", "iterations")


def test_an_unknown_recipe_names_the_known_ones() -> None:
    known = ", ".join(sorted(made.slug for made in recipes()))
    assert {"rest-em", "self-rewarding"} <= set(known.split(", "))
    with pytest.raises(ConfigError, match=f"Known recipes: {known}"):
        get_recipe("rest-me")


@pytest.mark.parametrize("made", recipes(), ids=lambda r: r.slug)
def test_every_plug_in_of_a_recipe_keeps_its_protocol(made: Recipe) -> None:
    for phase in made.composition(made.config()).phases:
        assert callable(phase.propose.propose)
        assert all(callable(source.read) and source.kind for source in phase.signals)
        for branch in phase.branches:
            selector: Selector = branch.select
            assert selector.produces in get_args(SampleKind)


def test_metrics_that_do_not_exist_are_refused_when_a_recipe_is_put_together() -> None:
    made = get_recipe("rest-em")
    odd = replace(made, compose=lambda config: replace(made.compose(config), measures=("consistancy",)))
    with pytest.raises(ConfigError, match=r"no metrics called 'consistancy'; there are .*consistency"):
        odd.composition(made.config())


@pytest.mark.parametrize("setting", ["learning_rate", "epochs", "batch_size", "lora_rank"])
@pytest.mark.parametrize(
    "made",
    [made for made in recipes() if issubclass(made.config, TrainingConfig)],
    ids=lambda made: made.slug,
)
def test_every_training_setting_reaches_a_learner(made: Recipe, setting: str) -> None:
    default = made.config()
    other = made.configure({setting: getattr(default, setting) * 2})
    assert made.composition(other) != made.composition(default)


def test_a_place_that_the_survey_does_not_have_is_refused():
    with pytest.raises(ConfigError, match=r"'3\.7' is no leaf of the survey; there are 1\.1 \(Uncertainty"):
        recipe(slug="nowhere", title="t", leaf="3.7", paper="p", summary="s.", config=RecipeConfig)(
            get_recipe("rest-em").compose
        )
