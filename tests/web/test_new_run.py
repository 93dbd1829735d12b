"""New run: the form follows the recipe, keeps what was typed, starts now or later."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from experiments.models import Run, Schedule
from tests.support.factories import make_dataset, make_model, make_run, make_user

pytestmark = pytest.mark.django_db
URL = "/runs/new/"


def form(**changes: str) -> dict[str, str]:
    known = {
        "recipe": "rest-em",
        "model": "tiny",
        "dataset": "sums@1",
        "seed": "3",
        "name": "",
        "when": "now",
    }
    return known | {"set-iterations": "2", "set-prompts": "8"} | changes


def test_strangers_sign_in_first_and_reviewers_may_not_launch(client):
    assert client.get(URL).status_code == 302
    client.force_login(make_user("reviewer"))
    assert client.get(URL).status_code == 403
    assert client.post(URL, form()).status_code == 403
    assert not Run.objects.exists()


def test_a_sent_form_starts_the_run_that_it_describes(client, owner, library):
    response = client.post(URL, form(**{"set-accumulate": "on", "set-temperature": ""}))
    run = Run.objects.get()
    assert response["Location"] == reverse("run-detail", args=[run.pk])
    assert (run.recipe, run.seed, run.created_by, run.status) == ("rest-em", 3, owner, "queued")
    assert (run.config["iterations"], run.config["prompts"], run.config["temperature"]) == (2, 8, 0.8)
    assert run.models.get().model.name == "tiny"


def test_an_unticked_box_is_false(client, owner, library):
    client.post(URL, form())
    assert Run.objects.get().config["accumulate"] is False


def test_important_settings_come_first_and_folded_ones_stand_back(client, owner, library):
    shown = client.get(URL, {"recipe": "rest-em"}).context["form"]
    first = [field.name for field in shown.first_settings()]
    folded = [field.name for field in shown.folded_settings()]
    assert "set-iterations" in first
    assert "set-lora_rank" in folded
    assert (
        shown["set-iterations"].help_text
        == "Rounds of propose, signal, select, learn and evaluate. From 0 to 50, default 3."
    )
    assert shown["set-iterations"].value() == "3"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("set-iterations", "900"),
        ("set-learning_rate", "fast"),
        ("set-on_alarm", "shout"),
        ("seed", "-1"),
        ("model", "gone"),
    ],
)
def test_a_wrong_value_is_refused_beside_its_field_and_nothing_typed_is_lost(
    client, owner, library, field, value
):
    response = client.post(URL, form(name="Mine", **{field: value}))
    assert response.status_code == 422
    assert not Run.objects.exists()
    shown = response.context["form"]
    assert list(shown.errors) == [field]
    assert (shown["name"].value(), shown[field].value()) == ("Mine", value)
    page = response.content.decode()
    assert 'role="alert"' in page
    assert f'href="#id_{field}"' in page


def test_a_wrong_setting_is_told_in_plain_words_beside_its_field(client, owner, library):
    shown = client.post(URL, form(**{"set-iterations": "900", "set-temperature": "nan"})).context["form"]
    assert shown.errors["set-iterations"] == [
        "iterations is '900', which is out of range; give a value from 0 to 50, "
        "or leave it out for the default, 3."
    ]
    assert "no finite number" in shown.errors["set-temperature"][0]


def test_a_wrong_folded_setting_opens_its_fold(client, owner, library):
    page = client.post(URL, form(**{"set-lora_rank": "0"})).content.decode()
    assert '<details class="fold" open>' in page


def test_a_launch_that_is_refused_names_the_field(client, owner, library):
    make_dataset("unchecked", verifier="none")
    make_dataset("no-gold", gold=0)
    for name, words in (("unchecked@1", "verifier"), ("no-gold@1", "gold")):
        response = client.post(URL, form(dataset=name))
        assert words in response.context["form"].errors["dataset"][0]
    assert not Run.objects.exists()


def test_an_unknown_recipe_is_said_and_starts_nothing(client, owner, library):
    response = client.post(URL, form(recipe="none-such"))
    assert response.status_code == 422
    assert "none-such" in response.content.decode()
    assert not Run.objects.exists()
    assert "There is no recipe" in client.get(URL, {"recipe": "none-such"}).content.decode()


def test_changing_the_recipe_swaps_the_settings_and_keeps_what_was_typed(client, owner, library):
    typed = {
        "recipe": "self-rewarding",
        "name": "Mine",
        "set-iterations": "7",
        "seed": "5",
        "part": "settings",
    }
    page = client.get(URL, typed).content.decode()
    assert 'name="set-beta"' in page
    assert 'name="set-per_prompt"' not in page
    assert 'name="role-judge"' in page
    assert 'value="Mine"' in page
    assert 'value="7"' in page
    assert "<html" not in page
    whole = client.get(URL, typed | {"part": ""})
    assert whole.context["form"]["set-control"].value() is False
    assert 'value="Mine"' in whole.content.decode()


def asked(client, iterations: str) -> int:
    text = client.get(URL, form(part="estimate", **{"set-iterations": iterations})).content.decode()
    return int(re.search(r"([\d,]+) samples", text)[1].replace(",", ""))


def test_the_estimate_follows_the_choices(client, owner, library):
    assert asked(client, "2") < asked(client, "4")
    assert "once every choice is valid" in client.get(URL, form(part="estimate", seed="x")).content.decode()
    assert client.get(URL, {"recipe": "rest-em"}).context["estimate"].samples > 0
    assert client.get(URL, {"part": "secrets"}).status_code == 404


def test_a_role_is_bound_to_the_model_chosen_for_it(client, owner, library):
    make_model("judge-model")
    client.post(URL, form(recipe="self-rewarding", **{"role-judge": "judge-model"}))
    bound = dict(Run.objects.get().models.values_list("role", "model__name"))
    assert bound == {"policy": "tiny", "judge": "judge-model"}


def test_a_clone_opens_with_the_runs_own_choices_and_remembers_its_origin(client, owner):
    origin = make_run(
        owner, recipe="rest-em", config={"iterations": 4, "temperature": 0.5}, seed=9, traces=False
    )
    shown = client.get(URL, {"clone": origin.pk}).context["form"]
    assert shown["set-iterations"].value() == 4
    assert (shown["seed"].value(), shown["name"].value()) == (9, origin.name)
    dataset = f"{origin.dataset_version.dataset.name}@1"
    model = origin.models.get().model.name
    client.post(URL, form(clone=str(origin.pk), model=model, dataset=dataset))
    assert Run.objects.latest("id").cloned_from == origin
    assert client.get(URL, {"clone": "999999"}).status_code == 404


def test_a_data_set_named_without_a_version_means_its_newest(client, owner, library):
    assert client.get(URL, {"dataset": "sums"}).context["form"]["dataset"].value() == "sums@1"


def test_later_at_a_time_is_read_in_the_chosen_zone(client, owner, library):
    day = (timezone.now() + timedelta(days=30)).date()
    later = form(when="later", timing="once", at=f"{day}T02:30", timezone="Asia/Tokyo")
    assert client.post(URL, later)["Location"] == reverse("schedule-list")
    schedule = Schedule.objects.get()
    at = datetime(day.year, day.month, day.day, 2, 30, tzinfo=UTC) - timedelta(hours=9)
    assert (schedule.next_at, schedule.timezone, schedule.launch["settings"]["iterations"]) == (
        at,
        "Asia/Tokyo",
        "2",
    )
    assert not Run.objects.exists()


@pytest.mark.parametrize(
    ("typed", "kind"),
    [({"timing": "every", "every_hours": "6"}, "every"), ({"timing": "cron", "cron": "0 3 * * *"}, "cron")],
)
def test_later_repeats_every_so_often_or_by_cron(client, owner, library, typed, kind):
    client.post(URL, form(when="later", timezone="UTC", **typed))
    schedule = Schedule.objects.get()
    assert schedule.kind == kind
    assert schedule.next_at > timezone.now()


@pytest.mark.parametrize("after_any", ["", "any"])
def test_later_waits_for_another_run(client, owner, library, after_any):
    other = make_run(status="running", traces=False)
    client.post(
        URL, form(when="later", timing="after", after_run=str(other.pk), after_any=after_any, timezone="UTC")
    )
    schedule = Schedule.objects.get()
    assert (schedule.after, schedule.after_any) == (other, after_any == "any")


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("at", {"timing": "once", "at": "2001-01-01T00:00"}),
        ("at", {"timing": "once", "at": ""}),
        ("every_hours", {"timing": "every", "every_hours": "0"}),
        ("cron", {"timing": "cron", "cron": "every night"}),
        ("after_run", {"timing": "after", "after_run": "4711"}),
        ("timezone", {"timing": "cron", "cron": "0 3 * * *", "timezone": "Mars/Olympus"}),
    ],
)
def test_a_wrong_time_is_refused_beside_its_field_with_the_part_open(client, owner, library, field, typed):
    response = client.post(URL, form(name="Mine", when="later") | {"timezone": "UTC"} | typed)
    assert response.status_code == 422
    assert list(response.context["timing"].errors) == [field]
    assert '<details class="later" open>' in response.content.decode()
    assert response.context["form"]["name"].value() == "Mine"
    assert not Schedule.objects.exists()


def test_the_page_reads_a_fixed_number_of_queries(client, owner, library, django_assert_max_num_queries):
    for index in range(20):
        make_model(f"model {index}")
        make_dataset(f"data {index}", train=1, probe=1, gold=1)
    with django_assert_max_num_queries(16):
        client.get(URL, {"recipe": "self-rewarding"})
