"""The catalogue and a recipe's page: all of it comes from the registry."""

import pytest
from django.urls import reverse

from experiments.alignment.registry import recipes
from experiments.services.catalogue import catalogue, paragraphs
from experiments.templatetags.prose import prose
from tests.support.factories import make_run, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    client.force_login(make_user("reviewer"))
    return client


@pytest.mark.parametrize("address", ["/recipes/", "/recipes/rest-em/"])
def test_a_stranger_is_led_to_the_sign_in_page(client, address):
    assert client.get(address).status_code == 302


def test_the_catalogue_shows_every_recipe_with_its_sentence(reader):
    page = reader.get(reverse("recipe-list")).content.decode()
    for recipe in recipes():
        assert recipe.title in page
        assert recipe.summary in page
        assert reverse("recipe-detail", args=[recipe.slug]) in page


@pytest.mark.parametrize("recipe", recipes(), ids=lambda recipe: recipe.slug)
def test_a_recipes_page_shows_its_documentation_loop_roles_and_every_setting(reader, recipe):
    response = reader.get(reverse("recipe-detail", args=[recipe.slug]))
    page = response.content.decode()
    for name, field in recipe.config.model_fields.items():
        assert f"<code>{name}</code>" in page
        assert field.description in page.replace("&#x27;", "'").replace("&quot;", '"')
    stages = [part.stage for part in response.context["phases"][0]]
    assert stages[:2] == ["propose", "signal"]
    assert "learn" in stages
    assert all(part.help for part in response.context["phases"][0])
    assert all(role.help in page for role in recipe.roles)
    assert f"https://arxiv.org/abs/{recipe.paper}" in page


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
            "config",
        }
        assert entry["trains"] is True
        assert entry["config"]["properties"]["iterations"]["default"] == 3
    judge = next(
        role
        for one in catalogue()
        if one["slug"] == "self-rewarding"
        for role in one["roles"]
        if role["name"] == "judge"
    )
    assert judge == {"name": "judge", "required": False}
