"""Taking a checkpoint out of a run as it is stored, and the card that goes with it."""

import pytest
import yaml
from django.conf import settings

from experiments.alignment.errors import ConfigError, DataError, InfrastructureError
from experiments.services import merging
from experiments.services.exports import export
from tests.support.factories import make_alarm, make_checkpoint, make_model, make_run, sha

pytestmark = pytest.mark.django_db


@pytest.fixture
def run():
    return make_run(traces=False)


def put_on_disk(artefact, text="weights", name="adapter_model.safetensors"):
    folder = settings.DATA_DIR / "store" / artefact.directory
    folder.mkdir(parents=True)
    (folder / name).write_text(text)


def card_of(run, path, **wanted):
    return export(run, "checkpoint", path, **wanted).card.read_text()


def header_of(card):
    return yaml.safe_load(card.split("---")[1])


def test_a_checkpoint_is_copied_with_a_card_that_names_its_base(run, tmp_path):
    put_on_disk(run.artefacts.get())
    done = export(run, "checkpoint", tmp_path / "out")
    assert (done.path / "adapter_model.safetensors").read_text() == "weights"
    card = done.card.read_text()
    assert header_of(card) == {
        "base_model": "team/base",
        "base_model_relation": "adapter",
        "library_name": "peft",
        "pipeline_tag": "text-generation",
        "license": "apache-2.0",
        "tags": ["plumbline", "self-rewarding"],
    }
    model = run.models.get().model
    for words in (
        model.sha256,
        run.dataset_sha256,
        run.artefacts.get().sha256,
        "licence of the data set: CC0",
    ):
        assert words in card


def test_the_card_tells_what_was_measured_with_intervals_and_n(run, tmp_path):
    put_on_disk(run.artefacts.get())
    card = card_of(run, tmp_path / "out")
    assert "| accuracy | gold | 0.4 | 0.3 to 0.5 | 100 |" in card
    assert "prompts: 0.2 (0.1 to 0.3, n = 100) before training, 0.4 (0.3 to 0.5, n = 100)" in card
    assert "No alarm fired" in card
    assert "imulated" not in card


def test_alarms_and_simulation_are_not_hidden(tmp_path):
    run = make_run(traces=False, simulated=True)
    put_on_disk(run.artefacts.get())
    make_alarm(run)
    make_alarm(run, iteration=2, name="later", message="After this checkpoint.")
    card = card_of(run, tmp_path / "out")
    assert "Answers became twice as long. Observed 2, threshold 1.5." in card
    assert "After this checkpoint" not in card
    assert "**Simulated: no real model answered in this run.**" in card
    assert "simulated" in header_of(card)["tags"]


def test_nothing_is_invented_where_nothing_is_known(tmp_path):
    run = make_run(traces=False, model=make_model(licence="", source=""), device="", code_commit="")
    run.metrics.all().delete()
    put_on_disk(run.artefacts.get())
    card = card_of(run, tmp_path / "out")
    assert "license" not in header_of(card)
    for words in (
        "licence of the base model: unknown",
        "Nothing was measured.",
        "made on unknown in float32, code unknown",
        "No accuracy of this checkpoint on held-out gold prompts is known.",
    ):
        assert words in card


def test_hostile_names_have_no_meaning_in_a_card(tmp_path):
    nasty = 'x\n---\nlicense: mit\n<script>alert(1)</script>![](http://a) | "quoted"'
    model = make_model("nasty", licence=nasty, source=nasty)
    run = make_run(traces=False, name=nasty, model=model, config={"note": nasty})
    put_on_disk(run.artefacts.get())
    card = card_of(run, tmp_path / "out")
    header, body = card.removeprefix("---\n").split("\n---\n", 1)
    assert yaml.safe_load(header)["license"] == "other"
    assert yaml.safe_load(header)["license_name"].startswith("x --- license: mit <script>")
    for live in ("<script>", "![](", "\n---\n"):
        assert live not in body


def test_a_checkpoint_that_rests_on_others_takes_them_along_in_order(tmp_path):
    run = make_run(iterations=3, traces=False)
    for artefact in run.artefacts.order_by("iteration"):
        put_on_disk(artefact, f"round {artefact.iteration}")
    done = export(run, "checkpoint", tmp_path / "out")
    assert (done.path / "adapter-1" / "adapter_model.safetensors").read_text() == "round 1"
    assert (done.path / "adapter-2" / "adapter_model.safetensors").read_text() == "round 2"
    assert "merge them in this order" in done.card.read_text()


def test_an_earlier_one_and_another_role_can_be_asked_for(tmp_path):
    run = make_run(iterations=3, traces=False)
    make_checkpoint(run, 2, role="reward-model", kind="reward-model", parent=None)
    for artefact in run.artefacts.all():
        put_on_disk(artefact, f"{artefact.role} {artefact.iteration}")
    first = export(run, "checkpoint", tmp_path / "first", iteration=1)
    assert (first.path / "adapter_model.safetensors").read_text() == "policy 1"
    reward = export(run, "checkpoint", tmp_path / "reward", role="reward-model")
    assert (reward.path / "adapter_model.safetensors").read_text() == "reward-model 2"
    assert "reward_head.safetensors" in reward.card.read_text()
    with pytest.raises(ConfigError, match="it has policy, reward-model"):
        export(run, "checkpoint", tmp_path / "none", role="judge")
    with pytest.raises(ConfigError, match="in iteration 9"):
        export(run, "checkpoint", tmp_path / "none", iteration=9)


def test_a_checkpoint_that_is_gone_is_said_to_be(run, tmp_path):
    run.artefacts.update(state="deleted", directory=f"artefacts/{sha('gone')}")
    with pytest.raises(DataError, match="no longer on the disk"):
        export(run, "checkpoint", tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_a_run_without_a_checkpoint_says_so(tmp_path):
    with pytest.raises(DataError, match="no checkpoint"):
        export(make_run(iterations=1, traces=False), "checkpoint", tmp_path / "out")


def test_statements_have_no_weights_to_merge(run, tmp_path):
    put_on_disk(make_checkpoint(run, 1, role="constitution", kind="constitution"), "{}", "context.json")
    with pytest.raises(ConfigError, match="no weights of a model to merge"):
        export(run, "checkpoint", tmp_path / "out", role="constitution", form="merged")
    assert not list(tmp_path.iterdir())


def test_merging_where_the_workers_packages_are_not_installed_says_so(run, tmp_path, monkeypatch):
    put_on_disk(run.artefacts.get())
    monkeypatch.setattr(merging, "PROGRAM", "tasks.not_there")
    with pytest.raises(InfrastructureError, match="worker's packages"):
        export(run, "checkpoint", tmp_path / "out", form="merged")
    assert not list(tmp_path.iterdir())
