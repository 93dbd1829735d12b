"""A refused setting is one plain sentence: which, what was given, what is allowed, and what to do."""

from typing import Any, Literal

import pytest
from pydantic import Field, ValidationError, field_validator, model_validator

from experiments.alignment.config import RecipeConfig
from experiments.alignment.errors import ConfigError
from experiments.alignment.registry import get_recipe
from experiments.alignment.settings_errors import Problem, problems_of

PYDANTICS_WORDS = (
    "Input should",
    "Extra inputs",
    "Unable to",
    "Value error",
    "valid integer",
    "valid dictionary",
)


class Config(RecipeConfig):
    """Settings of every kind."""

    rate: float = Field(0.5, gt=0, le=1)
    least: float = Field(2.0, ge=1)
    level: Literal["low", "high"] = "low"
    switch: bool = False
    title: str = Field("", max_length=5, min_length=2)
    sizes: list[int] = Field([1], max_length=2, min_length=1)
    weights: dict[str, float] = {}
    even: int = Field(2, multiple_of=2)

    @field_validator("title")
    @classmethod
    def no_x(cls, title: str) -> str:
        if "x" in title:
            raise ValueError("It has an x.")
        return title

    @model_validator(mode="after")
    def level_fits(self) -> "Config":
        if self.level == "high" and not self.switch:
            raise ValueError("level high needs the switch")
        return self


def problems(settings: Any) -> list[Problem]:
    with pytest.raises(ValidationError) as refused:
        Config.model_validate(settings)
    return problems_of(Config, refused.value)


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"iterations": "900"}, "iterations is '900', which is out of range; give a value from 0 to 50, or"),
        ({"iterations": -1}, "iterations is -1, which is out of range; give a value from 0 to 50, or leave it out"),
        ({"rate": 0}, "rate is 0, which is out of range; give a value above 0 and at most 1, or"),
        ({"least": 0}, "least is 0, which is out of range; give a value at least 1, or"),
        ({"rate": "fast"}, "rate is 'fast', which is not a number; give a number above 0 and at most 1, or"),
        ({"iterations": "2.5"}, "iterations is '2.5', which is not a whole number; give a whole number from 0 to 50"),
        ({"iterations": 2.5}, "iterations is 2.5, which is not a whole number"),
        ({"iterations": None}, "iterations is None, which is not a whole number"),
        ({"rate": "nan"}, "rate is 'nan', which is no finite number; give a number above 0 and at most 1, or"),
        ({"rate": float("-inf")}, "rate is -inf, which is no finite number"),
        ({"iterations": float("inf")}, "iterations is inf, which is no finite number"),
        ({"iterations": 10**5000}, "iterations is something too large to show, which is out of range"),
        ({"level": "mid"}, "level is 'mid', which is none of its choices; give 'low' or 'high', or leave it out"),
        ({"switch": "maybe"}, "switch is 'maybe', which is neither true nor false; give one of the two, or"),
        ({"title": 3}, "title is 3, which is not a text; give a text."),
        ({"title": "abcdef"}, "title has 6 characters, which is too many; shorten it to 5."),
        ({"title": "a"}, "title is 'a', which is too short; give at least 2 characters."),
        ({"title": "ax"}, "title is 'ax', which does not fit: It has an x; give another value."),
        ({"sizes": 3}, "sizes is 3, which is not a list; give a list such as [1, 2], or"),
        ({"sizes": [1, 2, 3]}, "sizes has 3 entries, which is too many; give at most 2, or"),
        ({"sizes": [1, "b"]}, "sizes.1 is 'b', which is not a whole number; give a whole number, or"),
        ({"weights": 3}, "weights is 3, which is not an object; give one such as {\"name\": 1}, or"),
        ({"even": 3}, "even is 3, which is no multiple of 2; give a multiple, or"),
        ({"level": "high"}, "The settings do not fit together: level high needs the switch; change one of them."),
        ([1], "The whole of the settings is [1], which is not an object"),
        ({"leest": 1}, "There is no setting 'leest'; correct its name or leave it out: the settings, closest"),
        ({"qqq": 1}, "There is no setting 'qqq'; correct its name or leave it out: the settings are iterations, "),
        ({"": 1}, "There is no setting ''; "),
    ],
)  # fmt: skip
def test_the_sentence_says_which_what_and_what_to_give(settings: Any, expected: str) -> None:
    [found] = problems(settings)
    assert found.message.startswith(expected)
    assert found.message.endswith(".")
    assert not any(words in found.message for words in PYDANTICS_WORDS)


def test_the_default_and_the_closest_names_are_offered() -> None:
    [rate] = problems({"rate": 0})
    [switch] = problems({"switch": "maybe"})
    [unknown] = problems({"leest": 1})
    assert rate.message.endswith("leave it out for the default, 0.5.")
    assert switch.message.endswith("leave it out for the default, false.")
    assert "closest first, are least, level, iterations, " in unknown.message


def test_every_wrong_setting_is_told_once_by_its_name() -> None:
    found = problems({"rate": 7, "sizes": ["a", "b"], "speed": 1})
    assert [one.field for one in found] == ["rate", "sizes", "speed"]


def test_what_was_given_is_shown_on_one_line_and_never_at_length() -> None:
    [long] = problems({"rate": "fast\n" * 1000})
    [name] = problems({"y" * 1000: 1})
    assert "\n" not in long.message
    assert max(len(long.message), len(name.message.partition(": the settings")[0])) < 200


def test_braces_in_what_was_given_stay_as_they_are() -> None:
    [found] = problems({"rate": "{place} {0}"})
    assert found.message.startswith("rate is '{place} {0}', which is not a number")


def test_a_kind_of_error_without_a_sentence_keeps_its_reason() -> None:
    class Dated(RecipeConfig):
        pattern: str = Field("ab", pattern="^a")

    with pytest.raises(ValidationError) as refused:
        Dated.model_validate({"pattern": "b"})
    [found] = problems_of(Dated, refused.value)
    assert found.message.startswith("pattern is 'b', which does not fit (String should match")


@pytest.mark.parametrize("settings", [{"iterations": "many"}, {"temperature": "nan"}, {"speed": 1}])
def test_a_recipe_refuses_with_its_name_and_the_field(settings: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as refused:
        get_recipe("rest-em").configure(settings)
    assert refused.value.message.startswith("rest-em: ")
    assert [refused.value.field] == list(settings)
