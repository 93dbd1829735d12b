"""Endpoints: who may register which, what their pages show, and what the shell may that the web may not."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import ManagementUtility
from django.test import Client
from django.urls import reverse

from alignment_web import environment
from experiments.alignment.errors import ConfigError
from experiments.endpoints import Bought, Settled
from experiments.models import EndpointSpending, LanguageModel
from experiments.services import endpoint_gate, endpoints
from experiments.services.context_length import check_prompts_fit
from tests.support.factories import make_dataset, make_user

pytestmark = pytest.mark.django_db
PUBLIC = {"url": "https://api.example.com/v1", "model": "large"}
GIVEN = {"kind": "endpoint", "name": "teacher", "endpoint": PUBLIC["url"], "endpoint_model": "large"}


Shell = Callable[..., tuple[int, Any]]


@pytest.fixture
def shell(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Shell:
    """Runs `manage.py models …`: its exit code and its document."""
    # A command closes its process's connections when it ends; here the test goes on with them.
    monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)

    def models(*words: str) -> tuple[int, Any]:
        code = 0
        try:
            ManagementUtility(["manage.py", "models", *words, "--json"]).execute()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return code, json.loads(capsys.readouterr().out)

    return models


@pytest.fixture
def researcher(client: Client) -> Client:
    client.force_login(make_user("researcher"))
    return client


def added(client: Client, **changes: Any) -> tuple[int, str]:
    response = client.post(reverse("model-add"), GIVEN | changes)
    return response.status_code, response.content.decode()


def test_a_researcher_registers_an_endpoint_and_its_page_shows_all_but_secrets(
    researcher: Client, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.ENDPOINT_KEYS = {"TEACHER_KEY": ("api.example.com",)}
    monkeypatch.setenv("TEACHER_KEY", "sk-not-for-pages")
    given = {
        "key_env": "TEACHER_KEY", "requests_per_minute": "60", "tokens_per_minute": "90000",
        "price_in": "0.5", "price_out": "1.5", "cost_cap": "20",
    }  # fmt: skip
    assert added(researcher, **given)[0] == 302
    model = LanguageModel.objects.get()
    assert (model.kind, model.status, model.settings["operator"]) == ("endpoint", "ready", False)
    endpoint_gate.settle(model.pk, [Settled(0, bought=Bought(3, 1200, 300, 1, 2.25))])
    page = researcher.get(reverse("model-detail", args=[model.pk])).content.decode()
    for words in (
        "api.example.com", "large", "TEACHER_KEY", "60 requests a minute", "90,000 tokens a minute",
        "2.25 of 20", "1,200 tokens read", "1 answer counted by estimate", "weights behind them are not pinned",
    ):  # fmt: skip
        assert words in page, words
    assert "sk-not-for-pages" not in page
    assert reverse("model-cap", args=[model.pk]) not in page


def test_reviewers_and_strangers_add_none(client: Client) -> None:
    assert client.post(reverse("model-add"), GIVEN).status_code == 302
    client.force_login(make_user("reviewer"))
    assert client.post(reverse("model-add"), GIVEN).status_code == 403
    assert not LanguageModel.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"endpoint": "http://127.0.0.1:8000/v1"}, "ENDPOINT_HOSTS"),
        ({"endpoint": "http://localhost/v1"}, "ENDPOINT_HOSTS"),
        ({"endpoint": "http://2130706433/v1"}, "ENDPOINT_HOSTS"),
        ({"endpoint": "http://[::ffff:10.0.0.1]/v1"}, "ENDPOINT_HOSTS"),
        ({"endpoint": "http://169.254.169.254/latest"}, "no endpoint may have"),
        ({"endpoint": "ftp://example.com"}, "only http and https"),
        ({"endpoint": "https://ann:pw@example.com/v1"}, "carries no user"),
        ({"endpoint_model": ""}, "This field is required"),
        ({"key_env": "SECRET_KEY"}, "Select a valid choice"),
        ({"key_env": "OTHER_KEY"}, "may not be sent to api.example.com"),
        ({"requests_per_minute": "0"}, "greater than or equal to 1"),
        ({"price_in": "nan"}, "Enter a number"),
        ({"cost_cap": "5"}, "counts nothing without prices"),
        ({"name": "a b"}, "cannot be a name"),
    ],
)
def test_a_mistake_is_shown_beside_what_was_typed_and_nothing_is_written(
    researcher: Client, settings: Any, changes: dict[str, str], words: str
) -> None:
    settings.ENDPOINT_KEYS = {"OTHER_KEY": ("other.example.com",)}
    status, page = added(researcher, **changes)
    assert status == 422
    assert words in page
    assert f'value="{changes.get("name", "teacher")}"' in page
    assert not LanguageModel.objects.exists()


def test_a_host_that_the_operator_lists_may_be_inside_but_metadata_never(
    researcher: Client, settings: Any
) -> None:
    settings.ENDPOINT_HOSTS = ("127.0.0.1:8000", "169.254.169.254")
    assert added(researcher, endpoint="http://127.0.0.1:8001/v1")[0] == 422
    assert added(researcher, endpoint="http://169.254.169.254/v1")[0] == 422
    assert added(researcher, endpoint="http://127.0.0.1:8000/v1")[0] == 302
    assert LanguageModel.objects.get().settings["inside"]


def test_the_web_cannot_claim_to_be_the_operator(researcher: Client) -> None:
    assert added(researcher, endpoint="http://10.0.0.1/v1", operator="true", inside="true")[0] == 422


def test_an_administrator_changes_the_cap(client: Client) -> None:
    model = endpoints.register_endpoint("teacher", {**PUBLIC, "price_out": 1, "cost_cap": 5}, operator=True)
    address = reverse("model-cap", args=[model.pk])
    client.force_login(make_user("researcher"))
    assert client.post(address, {"cost_cap": "50"}).status_code == 403
    client.force_login(make_user("admin"))
    assert address in client.get(reverse("model-detail", args=[model.pk])).content.decode()
    for given, cap in (("50", 50), ("", None), ("-1", None), ("x", None)):
        assert client.post(address, {"cost_cap": given}).status_code == 302
        assert endpoint_gate.limits_of(model.pk).cost_cap == cap
    model.refresh_from_db()
    assert model.settings["operator"]


def test_only_an_endpoint_with_prices_has_a_cap() -> None:
    endpoints.register_endpoint("free", PUBLIC, operator=True)
    for name, words in (("free", "has no prices"), ("nothing", "no endpoint")):
        with pytest.raises(ConfigError, match=words):
            endpoints.set_cap(name, 5)


def test_the_same_again_changes_nothing_and_other_settings_need_another_name() -> None:
    first = endpoints.register_endpoint("teacher", PUBLIC, operator=True)
    assert endpoints.register_endpoint("teacher", PUBLIC, operator=True).pk == first.pk
    with pytest.raises(ConfigError, match="taken"):
        endpoints.register_endpoint("teacher", {**PUBLIC, "requests_per_minute": 5}, operator=True)


def test_the_hash_is_of_the_address_and_the_model() -> None:
    one = endpoints.register_endpoint("one", PUBLIC, operator=True)
    two = endpoints.register_endpoint("two", {**PUBLIC, "requests_per_minute": 5}, operator=True)
    three = endpoints.register_endpoint("three", {**PUBLIC, "model": "small"}, operator=True)
    assert one.sha256 == two.sha256 != three.sha256


@pytest.mark.parametrize(
    "name",
    ["SECRET_KEY", "DATABASE_URL", "BROKER_URL", "PGPASSWORD", "PATH", "HOME", "lower", "A-B", "A", "X" * 80],
)
def test_no_variable_of_the_system_is_a_key_whoever_asks(settings: Any, name: str) -> None:
    settings.ENDPOINT_KEYS = {name: ("api.example.com",)}
    for operator in (True, False):
        with pytest.raises(ConfigError, match="cannot name an endpoint's key"):
            endpoints.register_endpoint("x", {**PUBLIC, "key_env": name}, operator=operator)


def test_a_key_is_sent_unencrypted_to_nobody_outside() -> None:
    with pytest.raises(ConfigError, match="unencrypted"):
        endpoints.register_endpoint(
            "x", {"url": "http://8.8.8.8/v1", "model": "m", "key_env": "MY_KEY"}, operator=True
        )


def test_the_length_of_prompts_is_not_checked_without_a_tokenizer() -> None:
    model = endpoints.register_endpoint("teacher", PUBLIC, operator=True)
    check_prompts_fit(model, make_dataset(), 10_000)


def test_the_shell_registers_any_key_for_any_host_and_this_machine_when_written_out(shell: Shell) -> None:
    line = (
        "--endpoint http://127.0.0.1:9/v1 --endpoint-model tiny --key-env MY_KEY --requests-per-minute 30 "
        "--price-in 0.1 --price-out 0.2 --cost-cap 3"
    )
    code, made = shell("add", "near", *line.split())
    assert (code, made["kind"], made["status"]) == (0, "endpoint", "ready")
    kept = made["endpoint"]
    assert (kept["url"], kept["key_env"], kept["operator"], kept["inside"]) == (
        "http://127.0.0.1:9/v1", "MY_KEY", True, True,
    )  # fmt: skip
    assert (kept["requests_per_minute"], kept["cost_cap"], kept["spent"]) == (30, 3, 0)
    assert shell("cap", "near", "none")[1]["endpoint"]["cost_cap"] is None
    assert shell("cap", "near", "lots")[0] == 2
    assert EndpointSpending.objects.count() == 0


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("--endpoint http://10.0.0.1/v1 --endpoint-model m", "ENDPOINT_HOSTS"),
        ("--endpoint http://169.254.169.254/v1 --endpoint-model m --allow-private", "no endpoint may have"),
        ("--endpoint https://x.example", "--endpoint-model"),
        ("--endpoint https://x.example --endpoint-model m --timeout 0", "timeout seconds does not fit"),
        ("--endpoint https://x.example --endpoint-model m --cost-cap nan", "cost cap does not fit"),
        ("--endpoint https://x.example --endpoint-model m --key-env DATABASE_URL", "cannot name"),
        ("--scripted --key-env MY_KEY", "for --endpoint alone"),
    ],
)
def test_a_mistake_in_the_shell_is_one_sentence_and_code_2(shell: Shell, line: str, words: str) -> None:
    code, refused = shell("add", "x", *line.split())
    assert code == 2
    assert words in refused["error"]["message"]
    assert not LanguageModel.objects.exists()


def test_the_shell_allows_the_network_when_told(shell: Shell) -> None:
    line = "--endpoint http://10.0.0.1/v1 --endpoint-model m --allow-private"
    assert shell("add", "x", *line.split())[1]["endpoint"]["inside"]


def test_the_operator_s_lists_are_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENDPOINT_KEYS", "A_KEY=a.example, A_KEY=b.example:81,B_KEY=c.example")
    assert environment.endpoint_keys() == {"A_KEY": ("a.example", "b.example:81"), "B_KEY": ("c.example",)}
    monkeypatch.setenv("ENDPOINT_HOSTS", "a, b:1,")
    assert environment.listed("ENDPOINT_HOSTS") == ("a", "b:1")
    monkeypatch.setenv("ENDPOINT_KEYS", "A_KEY")
    with pytest.raises(ImproperlyConfigured, match="VARIABLE=host"):
        environment.endpoint_keys()
