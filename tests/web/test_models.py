"""Models: what comes in, what is refused, and the pages."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from experiments.alignment.errors import ConfigError, InfrastructureError, ModelError
from experiments.models import LanguageModel
from experiments.services import library, store
from tests.support.factories import make_model, make_run, make_user
from tests.support.model_directories import PARAMETERS, write_model, write_safetensors

pytestmark = pytest.mark.django_db


def test_a_directory_is_copied_into_the_store_under_the_hash_of_its_content(tmp_path: Path) -> None:
    model = library.register_local_model("tiny", write_model(tmp_path / "m"), "MIT", "made here")
    assert (model.status, model.parameters, model.context_tokens) == ("ready", PARAMETERS, 512)
    assert (model.architecture, model.chat_template, model.licence) == ("LlamaForCausalLM", True, "MIT")
    stored = store.locate(model.directory)
    assert stored == Path(settings.DATA_DIR).resolve() / "store" / "models" / model.sha256
    assert {path.name for path in stored.iterdir()} == {
        "config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors",
    }  # fmt: skip
    assert model.size_bytes == store.size_of(stored)


def test_only_files_of_a_model_are_copied_and_no_code(tmp_path: Path) -> None:
    directory = write_model(tmp_path / "m")
    (directory / "modeling_evil.py").write_text("raise SystemExit")
    (directory / "pytorch_model.bin").write_bytes(b"pickle")
    (directory / "README.md").write_text("read me")
    model = library.register_local_model("tiny-2", directory)
    assert not {"modeling_evil.py", "pytorch_model.bin", "README.md"} & {
        path.name for path in store.locate(model.directory).iterdir()
    }


def test_the_same_again_changes_nothing_and_another_content_is_refused(tmp_path: Path) -> None:
    first = library.register_local_model("tiny-3", write_model(tmp_path / "m"))
    assert library.register_local_model("tiny-3", tmp_path / "m").pk == first.pk
    other = write_model(tmp_path / "n", max_position_embeddings=1024)
    with pytest.raises(ConfigError, match="taken by another model"):
        library.register_local_model("tiny-3", other)


def test_a_sharded_model_is_taken_with_its_index(tmp_path: Path) -> None:
    directory = write_model(tmp_path / "m", weights=False)
    write_safetensors(directory / "model-00001-of-00002.safetensors", {"a": [2, 2]})
    write_safetensors(directory / "model-00002-of-00002.safetensors", {"b": [3]})
    index = {"weight_map": {"a": "model-00001-of-00002.safetensors", "b": "model-00002-of-00002.safetensors"}}
    (directory / "model.safetensors.index.json").write_text(json.dumps(index))
    assert library.register_local_model("sharded", directory).parameters == 7


def test_a_snapshot_of_the_hubs_cache_may_link_to_its_blobs(tmp_path: Path) -> None:
    snapshot = write_model(tmp_path / "models--x" / "snapshots" / "abc")
    blobs = tmp_path / "models--x" / "blobs"
    blobs.mkdir()
    (snapshot / "model.safetensors").rename(blobs / "123")
    (snapshot / "model.safetensors").symlink_to(blobs / "123")
    model = library.register_local_model("linked", snapshot)
    assert not (store.locate(model.directory) / "model.safetensors").is_symlink()


def broken(directory: Path, kind: str) -> Path:
    """A directory that is no model, for one reason."""
    if kind == "missing":
        return directory / "nowhere"
    write_model(directory, weights=kind not in ("pickle", "empty", "adapter"))
    (directory / "outside").write_text("secret")
    actions: dict[str, Any] = {
        "pickle": lambda: (directory / "pytorch_model.bin").write_bytes(pickle.dumps({})),
        "adapter": lambda: (directory / "adapter_config.json").write_text("{}"),
        "encoder": lambda: write_model(directory, architectures=["BertForMaskedLM"]),
        "nameless": lambda: write_model(directory, architectures=None),
        "code": lambda: write_model(directory, auto_map={"AutoModelForCausalLM": "modeling_evil.Evil"}),
        "no config": lambda: (directory / "config.json").unlink(),
        "bad config": lambda: (directory / "config.json").write_text("{"),
        "list config": lambda: (directory / "config.json").write_text("[]"),
        "no tokenizer": lambda: (directory / "tokenizer.json").unlink(),
        "cut": lambda: (directory / "model.safetensors").write_bytes(
            (directory / "model.safetensors").read_bytes()[:-1]
        ),
        "noise": lambda: (directory / "model.safetensors").write_bytes(b"\xff" * 64),
        "link": lambda: _link_out(directory),
    }
    actions.get(kind, lambda: None)()
    return directory


def _link_out(directory: Path) -> None:
    (directory.parent / "secret").write_text("{}")
    (directory / "generation_config.json").symlink_to(directory.parent / "secret")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("missing", "is not a directory"),
        ("pickle", r"pytorch_model\.bin\), which is never opened.*save_pretrained"),
        ("empty", "has no model.safetensors"),
        ("adapter", "holds an adapter"),
        ("encoder", "says BertForMaskedLM; what is needed is a causal language model"),
        ("nameless", "names no architecture"),
        ("code", "auto_map"),
        ("no config", "has no config.json"),
        ("bad config", "cannot be read as JSON"),
        ("list config", "holds no JSON object"),
        ("no tokenizer", "has no tokenizer"),
        ("cut", "not a whole safetensors file"),
        ("noise", "not a whole safetensors file"),
        ("link", "a link that leads out"),
    ],
)
def test_what_is_no_model_is_refused_in_one_sentence_and_leaves_nothing(
    tmp_path: Path, kind: str, words: str
) -> None:
    before = set((Path(settings.DATA_DIR) / "store").rglob("*"))
    with pytest.raises(ModelError, match=words) as refused:
        library.register_local_model("broken", broken(tmp_path / "m", kind))
    assert "\n" not in refused.value.message
    assert refused.value.field == "path"
    assert not LanguageModel.objects.exists()
    assert set((Path(settings.DATA_DIR) / "store").rglob("*")) == before


@pytest.mark.parametrize("name", ["", "../x", "a/b", "a b", "x@1", "-x", "é", "x" * 121, "a,b"])
def test_a_name_that_a_command_could_not_carry_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError, match="cannot be a name") as refused:
        library.register_local_model(name, write_model(tmp_path / "m"))
    assert refused.value.field == "name"


def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> str:
        target.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store, "_copy", full)
    directory = write_model(tmp_path / "m", max_position_embeddings=77)
    before = set((Path(settings.DATA_DIR) / "store").rglob("*"))
    with pytest.raises(InfrastructureError, match="No space left on device"):
        library.register_local_model("full", directory)
    assert set((Path(settings.DATA_DIR) / "store").rglob("*")) - {store.root() / "models"} <= before
    assert not LanguageModel.objects.exists()


@pytest.mark.parametrize("name", ["", "..", "../secret_key", "/etc", "models/../../x"])
def test_the_store_locates_nothing_outside_itself(name: str) -> None:
    with pytest.raises(ValueError, match="no directory of the store"):
        store.locate(name)


def test_a_hub_model_is_downloaded_by_a_worker(tmp_path: Path) -> None:
    model = library.register_hub_model("hub", "team/tiny")
    assert (model.status, library.unfinished_imports()) == ("preparing", [model.pk])
    asked = []

    def fetch(hub_id: str) -> Path:
        asked.append(hub_id)
        return write_model(tmp_path / "snapshot", vocab_size=9)

    library.run_hub_import(model.pk, fetch)
    library.run_hub_import(model.pk, fetch)
    model.refresh_from_db()
    assert (model.status, model.parameters, asked) == ("ready", PARAMETERS, ["team/tiny"])
    assert library.unfinished_imports() == []


def test_a_download_that_fails_says_why_and_can_be_tried_again() -> None:
    def fetch(hub_id: str) -> Path:
        raise InfrastructureError("The hub cannot be reached.")

    model = library.register_hub_model("hub", "team/tiny")
    library.run_hub_import(model.pk, fetch)
    model.refresh_from_db()
    assert (model.status, model.error) == ("failed", "The hub cannot be reached.")
    again = library.register_hub_model("hub", "team/tiny")
    assert (again.pk, again.status, again.error) == (model.pk, "preparing", "")


@pytest.mark.parametrize("hub_id", ["", "../x", "/etc/passwd", "a/b/c", "a b", "a/.."])
def test_a_path_is_no_hub_id(hub_id: str) -> None:
    with pytest.raises(ConfigError, match="no id of the hub"):
        library.register_hub_model("hub", hub_id)


def test_an_unreachable_hub_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants as constants

    from tasks.downloads import download_hub_model

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(InfrastructureError, match="team/tiny could not be downloaded") as refused:
        download_hub_model("team/tiny", tmp_path)
    assert "\n" not in refused.value.message


def test_a_scripted_model_is_ready_at_once_and_stored() -> None:
    model = library.register_scripted_model("script", {"skill": 0.5})
    assert (model.kind, model.status, model.parameters) == ("scripted", "ready", None)
    assert json.loads((store.locate(model.directory) / "scripted.json").read_text())["skill"] == 0.5


@pytest.mark.parametrize("script", [{"wit": 1}, {"skill": "high"}, {"skill": True}, {"skill": float("nan")}])
def test_an_impossible_script_is_refused(script: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as refused:
        library.register_scripted_model("script", script)
    assert refused.value.field == "settings"


def test_the_pages_are_for_members(client: Client) -> None:
    model = make_model()
    for address in (reverse("model-list"), reverse("models-csv"), reverse("model-detail", args=[model.pk])):
        assert client.get(address).status_code == 302
        member = Client()
        member.force_login(make_user("reviewer"))
        assert member.get(address).status_code == 200


def test_the_list_filters_sorts_and_downloads_what_it_shows(client: Client) -> None:
    client.force_login(make_user("reviewer"))
    make_model("small", parameters=10)
    make_model("large", parameters=1000)
    make_model("script", kind="scripted", parameters=None)
    page = client.get(reverse("model-list"), {"sort": "-parameters"}).content.decode()
    assert page.index(">large<") < page.index(">small<") < page.index(">script<")
    page = client.get(reverse("model-list"), {"kind": "scripted"}).content.decode()
    assert ">script<" in page
    assert ">large<" not in page
    csv = b"".join(client.get(reverse("models-csv"), {"kind": "local"}).streaming_content).decode()  # type: ignore[attr-defined]
    assert "large" in csv
    assert "script" not in csv


def test_the_detail_shows_hash_source_licence_and_the_runs_that_used_it(client: Client) -> None:
    client.force_login(make_user("reviewer"))
    run = make_run(traces=False)
    model = run.models.get().model
    page = client.get(reverse("model-detail", args=[model.pk])).content.decode()
    for text in (model.sha256, model.source, model.licence, run.name):
        assert text in page


def test_a_researcher_adds_a_simulated_model_and_a_mistake_keeps_what_was_typed(client: Client) -> None:
    client.force_login(make_user("researcher"))
    given = {
        "kind": "scripted",
        "name": "my script",
        "skill": "0.7",
        "judge_noise": "0",
        "delay_seconds": "0",
    }
    response = client.post(reverse("model-add"), given)
    assert response.status_code == 422
    assert "cannot be a name" in response.content.decode()
    assert 'value="my script"' in response.content.decode()
    response = client.post(reverse("model-add"), given | {"name": "my-script"})
    assert response["Location"] == reverse("model-detail", args=[LanguageModel.objects.get().pk])


def test_a_model_of_the_hub_is_added_from_the_page_without_a_path(client: Client) -> None:
    client.force_login(make_user("researcher"))
    response = client.post(reverse("model-add"), {"kind": "hub", "name": "hub", "hub": "/etc/passwd"})
    assert "no id of the hub" in response.content.decode()
    response = client.post(reverse("model-add"), {"kind": "hub", "name": "hub", "hub": "team/tiny"})
    assert response.status_code == 302
    assert "A worker downloads it now" in client.get(response["Location"]).content.decode()


def test_the_list_takes_the_same_queries_for_many_models(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(make_user("reviewer"))
    for _ in range(15):
        make_model()
    with django_assert_max_num_queries(7):
        client.get(reverse("model-list"))
