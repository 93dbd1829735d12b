"""A role that a recipe requires must be filled by a model, whoever starts the run."""

import pytest

from experiments.alignment.errors import ConfigError
from experiments.alignment.registry import get_recipe
from experiments.forms.new_run import NewRunForm
from experiments.services.launch import LaunchRequest, check_launch
from tests.support.factories import make_dataset, make_model

pytestmark = pytest.mark.django_db
NEEDY = "response-distillation"


def request(**roles: str) -> LaunchRequest:
    make_model("small")
    make_model("large")
    make_dataset("sums")
    return LaunchRequest(recipe=NEEDY, model="small", dataset="sums", roles=roles)


def test_a_launch_without_the_required_role_is_refused_in_one_sentence():
    with pytest.raises(
        ConfigError, match="needs a model for the role teacher: name one with --role teacher=MODEL"
    ):
        check_launch(request())


def test_with_it_the_launch_is_sound_and_optional_roles_stay_empty():
    assert check_launch(request(teacher="large")).models.keys() == {"policy", "teacher"}


def test_the_form_asks_for_it():
    make_model("small")
    field = NewRunForm(get_recipe(NEEDY), {}).fields["role-teacher"]
    assert field.required
    assert field.choices[0] == ("", "Choose a model")


def test_a_recipe_that_requires_a_second_model_cannot_be_run_first_for_another():
    assert not get_recipe("iterative-constitution").alone
    assert get_recipe("collective-constitution").alone
