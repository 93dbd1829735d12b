"""New run: what other runs lend, and the data and the roles that a recipe decides."""

import dataclasses

import pytest

from experiments.alignment.errors import ConfigError
from experiments.alignment.registry import get_recipe
from experiments.forms.new_run import NewRunForm
from experiments.models import Run
from tests.support.factories import make_checkpoint, make_dataset, make_run
from tests.web.test_new_run import URL, form

pytestmark = pytest.mark.django_db


def lending(kind: str = "constitution", **fields):
    """A run that has made something of this kind."""
    run = make_run(traces=False, **fields)
    make_checkpoint(run, 2, kind=kind, role=kind)
    return run


def test_runs_that_may_lend_something_are_offered_newest_first(client, owner, library):
    first, second = lending(name="First"), lending(name="Second")
    shown = client.get(URL, {"recipe": "constitutional-critique"}).context["form"]
    field = shown.fields["use-constitution"]
    assert [value for value, _ in field.choices] == [
        "",
        str(second.pk),
        str(first.pk),
        "make:collective-constitution",
    ]
    assert not field.required
    client.post(URL, form(recipe="constitutional-critique", **{"use-constitution": str(first.pk)}))
    run = Run.objects.latest("id")
    assert run.uses.get().artefact == first.artefacts.get(kind="constitution")


def test_what_may_be_lent_can_be_left_out(client, owner, library):
    lending()
    client.post(URL, form(recipe="constitutional-critique", **{"use-constitution": ""}))
    assert not Run.objects.latest("id").uses.exists()


def test_a_run_that_lends_nothing_is_refused_beside_the_field(client, owner, library):
    lending()
    other = make_run(traces=False)
    before = Run.objects.count()
    response = client.post(URL, form(recipe="constitutional-critique", **{"use-constitution": str(other.pk)}))
    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["use-constitution"]
    assert "no constitution on disk" in response.content.decode()
    assert Run.objects.count() == before


def test_while_no_run_lends_it_the_recipe_that_makes_it_is_offered(client, owner, library):
    shown = client.get(URL, {"recipe": "constitutional-critique"}).context["form"]
    assert shown.fields["use-constitution"].choices == [
        ("", "None: the recipe does without"),
        ("make:collective-constitution", "Make it first: A constitution that every group shares"),
    ]


def test_where_nothing_can_make_it_yet_the_page_says_what_could(client, owner, library, monkeypatch):
    maker = dataclasses.replace(get_recipe("collective-constitution"), needs=("reward-model",))
    monkeypatch.setattr("experiments.services.artefacts.recipes", lambda: [maker])
    page = client.get(URL, {"recipe": "constitutional-critique"}).content.decode()
    assert "no run has made one yet" in page
    assert 'href="?recipe=collective-constitution"' in page


def test_what_a_recipe_needs_must_be_chosen_or_made_first(owner, library):
    needy = dataclasses.replace(get_recipe("rest-em"), needs=("constitution",))
    bare = NewRunForm(needy, form())
    assert bare.errors["use-constitution"] == ["This recipe needs the constitution of another run."]
    run = lending()
    assert NewRunForm(needy, form(**{"use-constitution": str(run.pk)})).is_valid()


def test_a_launch_that_refuses_what_is_lent_says_so_beside_its_field(owner, library):
    run = lending()
    bound = NewRunForm(get_recipe("constitutional-critique"), form(**{"use-constitution": str(run.pk)}))
    assert bound.is_valid()
    bound.refuse(ConfigError(f"Run {run.pk} has no constitution on disk.", field="use"))
    assert "use-constitution" in bound.errors


def test_roles_that_the_run_fills_itself_are_not_asked_for(client, owner, library):
    shown = client.get(URL, {"recipe": "constitutional-rl"}).context["form"]
    assert [field.name for field in shown.role_fields()] == ["role-judge"]


def test_the_data_that_suits_the_recipe_is_chosen_where_it_is_here(client, owner, library):
    recipe = get_recipe("constitutional-critique")
    shown = client.get(URL, {"recipe": recipe.slug}).context["form"]
    assert "it is not here yet" in shown.fields["dataset"].help_text
    make_dataset(recipe.data)
    shown = client.get(URL, {"recipe": recipe.slug}).context["form"]
    assert shown["dataset"].value() == f"{recipe.data}@1"
    chosen = client.get(URL, {"recipe": recipe.slug, "dataset": "sums"}).context["form"]
    assert chosen["dataset"].value() == "sums@1"
