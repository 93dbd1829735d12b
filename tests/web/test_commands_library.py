"""The commands about models, data sets and people, as scripts call them."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import ManagementUtility

from experiments.models import DatasetVersion, LanguageModel, OneTimeLink
from experiments.services import people
from tests.support.factories import make_dataset, make_model, make_user
from tests.support.model_directories import write_model

pytestmark = pytest.mark.django_db
Capture = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def _connections_stay_open(monkeypatch: pytest.MonkeyPatch) -> None:
    # A command closes its process's connections when it ends; here the test goes on with them.
    monkeypatch.setattr("django.core.management.base.connections.close_all", lambda: None)


def manage(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of `manage.py …`."""
    code = 0
    try:
        ManagementUtility(["manage.py", *arguments]).execute()
    except SystemExit as stop:
        code = int(stop.code or 0)
    said = capsys.readouterr()
    return code, said.out, said.err


def answer(capsys: Capture, *arguments: str, code: int = 0) -> Any:
    """The one JSON document that a command prints."""
    got, out, _ = manage(capsys, *arguments, "--json")
    assert got == code
    return json.loads(out)


def test_models_lists_what_is_registered(capsys: Capture) -> None:
    make_model("small", context_tokens=None)
    [found] = answer(capsys, "models")
    assert (found["name"], found["status"], found["context_tokens"]) == ("small", "ready", None)
    assert found["created"].endswith("Z")
    code, out, _ = manage(capsys, "models")
    assert code == 0
    assert out.splitlines()[0].split() == ["name", "kind", "status", "parameters", "sha256", "licence"]


def test_an_empty_list_is_an_empty_document(capsys: Capture) -> None:
    assert answer(capsys, "models") == []
    assert answer(capsys, "datasets") == []


def test_models_add_takes_a_directory(capsys: Capture, tmp_path: Path) -> None:
    directory = write_model(tmp_path / "m")
    found = answer(capsys, "models", "add", "tiny", "--path", str(directory), "--licence", "MIT")
    assert (found["kind"], found["status"], found["licence"]) == ("local", "ready", "MIT")
    assert len(found["sha256"]) == 64


def test_models_add_takes_a_script(capsys: Capture) -> None:
    found = answer(capsys, "models", "add", "script", "--scripted", "--set", "skill=0.9")
    assert found["kind"] == "scripted"
    assert LanguageModel.objects.get().settings == {"skill": 0.9}


def test_a_directory_that_is_none_is_one_sentence_and_code_2(capsys: Capture, tmp_path: Path) -> None:
    code, out, err = manage(capsys, "models", "add", "tiny", "--path", str(tmp_path))
    assert (code, out) == (2, "")
    assert err.strip() == f"{tmp_path} has no config.json: it is not a Hugging Face model directory."
    said = answer(capsys, "models", "add", "tiny", "--path", str(tmp_path), code=2)
    assert said["error"]["blame"] == "model"
    assert said["error"]["field"] == "path"
    assert not LanguageModel.objects.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["models", "add"],
        ["models", "add", "x"],
        ["models", "add", "x", "--path", "p", "--hub", "h"],
        ["models", "remove"],
        ["datasets", "import", "x"],
        ["datasets", "import", "x", "f", "--seed", "many"],
        ["invite"],
        ["signin-link", "a@example.org", "--loud"],
    ],
)
def test_misuse_is_one_sentence_code_2_and_a_document(capsys: Capture, arguments: list[str]) -> None:
    code, out, err = manage(capsys, *arguments)
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert "--help" in err
    assert answer(capsys, *arguments, code=2)["error"]["blame"] == "config"


def test_datasets_import_reads_a_file_with_its_options(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "q.csv"
    path.write_text("question,solution\n" + "".join(f"What is {n} + 1?,{n + 1}\n" for n in range(40)))
    found = answer(
        capsys, "datasets", "import", "sums", str(path), "--map", "prompt=question", "answer=solution",
        "--verifier", "number", "--split", "train=0.5,probe=0.25,gold=0.25", "--seed", "3", "--licence", "CC0",
    )  # fmt: skip
    assert (found["name"], found["version"], found["verifier"], found["status"]) == (
        "sums",
        1,
        "number",
        "ready",
    )
    assert sum(found["rows"].values()) == 40
    assert answer(capsys, "datasets") == [found]


def test_a_bad_file_is_one_sentence_and_keeps_nothing(capsys: Capture, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"prompt": "1+1?", "answer": 2}\n{"answer": 3}\n')
    code, out, err = manage(capsys, "datasets", "import", "bad", str(path), "--verifier", "number")
    assert (code, out) == (2, "")
    assert err.startswith("Row 2, field 'prompt'")
    assert answer(capsys, "datasets", "import", "bad", str(path), code=2)["error"]["blame"] == "data"
    assert not DatasetVersion.objects.exists()


def test_datasets_lists_every_version(capsys: Capture) -> None:
    make_dataset("words", train=5, probe=1, gold=2)
    [found] = answer(capsys, "datasets")
    assert found["rows"] == {"train": 5, "probe": 1, "gold": 2}


def test_invite_prints_a_link_that_works(capsys: Capture) -> None:
    found = answer(capsys, "invite", "Bo@Example.org", "--role", "researcher")
    assert (found["email"], found["role"]) == ("bo@example.org", "researcher")
    assert people.accept(found["link"].rstrip("/").split("/")[-1], "a quiet instrument").role == "researcher"
    code, out, _ = manage(capsys, "invite", "cy@example.org")
    assert code == 0
    assert out.startswith("http://")
    assert manage(capsys, "invite", "cy@example.org", "--role", "boss")[0] == 2


def test_signin_link_recovers_a_member_and_refuses_a_stranger(capsys: Capture) -> None:
    make_user("reviewer", "ada@example.org", "forgotten word")
    found = answer(capsys, "signin-link", "ada@example.org")
    people.accept(found["link"].rstrip("/").split("/")[-1], "a quiet instrument")
    said = answer(capsys, "signin-link", "nobody@example.org", code=2)
    assert said["error"]["field"] == "email"
    assert OneTimeLink.objects.count() == 1


def test_a_database_that_refuses_is_one_sentence_and_code_1(
    capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import OperationalError

    def refuse(*args: Any, **kwargs: Any) -> None:
        raise OperationalError("no such table: experiments_languagemodel")

    monkeypatch.setattr(LanguageModel.objects, "order_by", refuse)
    said = answer(capsys, "models", code=1)
    assert said["error"]["blame"] == "infrastructure"
    assert "manage.py migrate" in said["error"]["message"]


def test_a_data_set_that_comes_along_is_registered_once(capsys: Capture) -> None:
    for _ in range(2):
        made = answer(capsys, "datasets", "starter", "consultation", "--json")
        assert (made["name"], made["version"], made["status"]) == ("consultation", 1, "ready")
    assert DatasetVersion.objects.count() == 1
    code, _, said = manage(capsys, "datasets", "starter", "absent")
    assert code == 2
    assert "these do: format-rules" in said
