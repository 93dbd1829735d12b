"""The catalogue and a recipe's page: all of it comes from the registry."""

from html import unescape

import pytest
from django.urls import reverse

from experiments.alignment.registry import get_recipe, recipes
from experiments.services.catalogue import catalogue, paragraphs
from experiments.templatetags.prose import prose
from tests.support.factories import make_checkpoint, make_dataset, make_run, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    client.force_login(make_user("reviewer"))
    return client


@pytest.mark.parametrize("address", ["/recipes/", "/recipes/rest-em/"])
def test_a_stranger_is_led_to_the_sign_in_page(client, address):
    assert client.get(address).status_code == 302


def test_the_catalogue_shows_every_recipe_with_its_sentence(reader):
    page = unescape(reader.get(reverse("recipe-list")).content.decode())
    for recipe in recipes():
        assert recipe.title in page
        assert recipe.summary in page
        assert reverse("recipe-detail", args=[recipe.slug]) in page


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.slug)
def test_a_recipes_page_shows_its_documentation_loop_roles_and_every_setting(reader, recipe):
    response = reader.get(reverse("recipe-detail", args=[recipe.slug]))
    page = unescape(response.content.decode())
    for name, field in recipe.config.model_fields.items():
        assert f"<code>{name}</code>" in page
        assert field.description in page
    shown = response.context["phases"]
    assert all(phase[0].stage == "propose" for phase in shown)
    stages = {part.stage for phase in shown for part in phase}
    assert ("learn" in stages) == recipe.composition(recipe.config()).trains
    assert all(part.help for phase in shown for part in phase)
    assert all(role.help in page for role in recipe.roles)
    assert f"https://arxiv.org/abs/{recipe.paper}" in page


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.slug)
def test_phases_arms_controls_and_what_a_recipe_makes_are_said(reader, recipe):
    page = unescape(reader.get(reverse("recipe-detail", args=[recipe.slug])).content.decode())
    composition = recipe.composition(recipe.config())
    assert (f"Phase 2 of {len(composition.phases)}" in page) == (len(composition.phases) > 1)
    assert ("Control at equal samples" in page) == (composition.control is not None)
    assert all(f"<dt>{arm.name}</dt>" in page for arm in composition.all_arms)
    assert all(kind.replace("-", " ") in page for kind in recipe.makes) or "nothing that lasts" in page
    assert f"the data set {recipe.data}, which is not here yet" in page


def test_the_data_set_that_suits_a_recipe_is_chosen_by_its_button(client):
    client.force_login(make_user("researcher"))
    name = get_recipe("rest-em").data
    assert "dataset=" not in client.get("/recipes/rest-em/").content.decode()
    make_dataset(name)
    page = client.get("/recipes/rest-em/").content.decode()
    assert f"/runs/new/?recipe=rest-em&amp;dataset={name}" in page


def test_what_another_run_may_lend_names_the_recipe_that_makes_it_until_a_run_has_one(reader):
    address = reverse("recipe-detail", args=["constitutional-critique"])
    page = reader.get(address).content.decode()
    assert "the constitution of another run" in page
    assert reverse("recipe-detail", args=["collective-constitution"]) in page
    make_checkpoint(make_run(traces=False), 2, kind="constitution", role="constitution")
    assert "1 run here has one" in reader.get(address).content.decode()


def test_runs_of_the_recipe_are_listed_and_others_are_not(reader):
    mine = make_run(recipe="rest-em", traces=False, name="A run of it")
    make_run(recipe="self-rewarding", traces=False, name="Another recipe's")
    page = reader.get("/recipes/rest-em/").content.decode()
    assert mine.name in page
    assert "Another recipe" not in page


def test_only_who_may_launch_is_offered_a_new_run(client):
    for role, offered in (("reviewer", False), ("researcher", True)):
        client.force_login(make_user(role))
        assert ("/runs/new/?recipe=rest-em" in client.get("/recipes/rest-em/").content.decode()) == offered


def test_an_unknown_recipe_is_not_found(reader):
    assert reader.get("/recipes/none-such/").status_code == 404


def test_documentation_becomes_paragraphs_lists_and_safe_markup():
    found = paragraphs("First line\n    goes on.\n\n    - one\n      more\n    - two\n    ")
    assert found == [["First line goes on."], ["- one more", "- two"]]
    assert prose("<b> `a<b` *so* 2401.10020") == (
        "&lt;b&gt; <code>a&lt;b</code> <em>so</em> "
        '<a href="https://arxiv.org/abs/2401.10020" rel="noreferrer">2401.10020</a>'
    )


def test_the_catalogue_for_scripts_has_the_promised_shape():
    for entry in catalogue():
        assert set(entry) == {
            "slug",
            "title",
            "paradigm",
            "leaf",
            "paper",
            "trains",
            "roles",
            "needs",
            "makes",
            "data",
            "config",
        }
        assert isinstance(entry["trains"], bool)
        assert entry["config"]["properties"]["iterations"]["default"] in range(1, 10)
    judge = next(
        role
        for one in catalogue()
        if one["slug"] == "self-rewarding"
        for role in one["roles"]
        if role["name"] == "judge"
    )
    assert judge == {"name": "judge", "required": False}
