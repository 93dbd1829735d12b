"""The page of a run's exports, and its downloads."""

import io
import json
import zipfile

import pytest
from django.conf import settings
from django.urls import reverse

from experiments.models import Trace
from experiments.services import export_page
from experiments.services.exports import export
from experiments.services.zipping import zipped
from tests.support.factories import make_candidate, make_checkpoint, make_run, make_selection, make_user

pytestmark = pytest.mark.django_db
HOSTILE = "</script><img src=x onerror=alert(1)>"


@pytest.fixture
def reader(client):
    user = make_user("reviewer")
    client.force_login(user)
    return user


@pytest.fixture
def researcher(client):
    user = make_user("researcher")
    client.force_login(user)
    return user


def page(client, run) -> str:
    response = client.get(reverse("run-exports", args=[run.pk]))
    assert response.status_code == 200
    return response.content.decode()


def fetch(client, run, name, what):
    return client.get(reverse(name, args=[run.pk, what]))


def body(response) -> bytes:
    return b"".join(response.streaming_content)


def put_on_disk(artefact):
    folder = settings.DATA_DIR / "store" / artefact.directory
    folder.mkdir(parents=True)
    (folder / "adapter_model.safetensors").write_text(f"round {artefact.iteration}")


def test_strangers_sign_in_and_members_read(client):
    run = make_run(traces=False)
    assert client.get(reverse("run-exports", args=[run.pk])).status_code == 302
    client.force_login(make_user("reviewer"))
    assert client.get(reverse("run-exports", args=[run.pk])).status_code == 200
    assert client.get(reverse("run-exports", args=[run.pk + 1])).status_code == 404


def test_the_page_offers_what_the_run_has(client, reader):
    run = make_run()
    found = page(client, run)
    for what in ("pairs", "unpaired", "prompts"):
        assert reverse("samples-jsonl", args=[run.pk, what]) in found
    for what in ("demonstrations", "steps"):
        assert reverse("samples-jsonl", args=[run.pk, what]) not in found
    assert (
        reverse("run-exports", args=[run.pk])
        in client.get(reverse("run-detail", args=[run.pk])).content.decode()
    )


def test_kept_answers_make_demonstrations_and_solutions_make_steps(client, reader, monkeypatch):
    monkeypatch.setattr(export_page, "kinds_of_roles", lambda run: {"verifier": {"steps"}})
    run = make_run()
    trace = Trace.objects.filter(part="train").first()
    make_selection(trace, [make_candidate(trace, "So: two").index], "kept", "solution", role="verifier")
    assert reverse("samples-jsonl", args=[run.pk, "steps"]) in page(client, run)
    make_selection(trace, [0], "kept", "right")
    assert reverse("samples-jsonl", args=[run.pk, "demonstrations"]) in page(client, run)


def test_a_run_that_has_nothing_says_what_will_be_here(client, reader):
    found = page(client, make_run(iterations=1, traces=False))
    assert "Nothing was selected from train prompts so far" in found
    assert "None is on the disk" in found


def test_the_number_of_queries_does_not_grow_with_the_run(client, reader, django_assert_max_num_queries):
    run = make_run(iterations=4)
    with django_assert_max_num_queries(12):
        page(client, run)


def test_samples_download_as_the_export_writes_them(client, reader, tmp_path):
    run = make_run()
    response = fetch(client, run, "samples-jsonl", "pairs")
    assert response.headers["Content-Disposition"] == f'attachment; filename="run-{run.pk}-pairs.jsonl"'
    assert body(response) == export(run, "pairs", tmp_path / "p.jsonl").path.read_bytes()


def test_what_a_run_has_not_is_not_found(client, researcher):
    run = make_run()
    for what in ("steps", "checkpoint", "nonsense"):
        assert fetch(client, run, "samples-jsonl", what).status_code == 404
    for role in ("judge", "policy"):
        assert fetch(client, run, "checkpoint-zip", role).status_code == 404


def test_a_checkpoint_downloads_with_all_that_it_rests_on_and_its_card(client, researcher):
    run = make_run(iterations=3, traces=False)
    for artefact in run.artefacts.all():
        put_on_disk(artefact)
    archive = zipfile.ZipFile(io.BytesIO(body(fetch(client, run, "checkpoint-zip", "policy"))))
    assert archive.testzip() is None
    weights = [f"adapter-{n}/adapter_model.safetensors" for n in (1, 2)]
    assert archive.namelist() == ["README.md", *weights]
    assert [archive.read(name) for name in weights] == [b"round 1", b"round 2"]
    assert b"merge them in this order" in archive.read("README.md")


def test_weights_are_for_researchers(client, reader):
    run = make_run(traces=False)
    put_on_disk(run.artefacts.get())
    assert fetch(client, run, "checkpoint-zip", "policy").status_code == 403
    assert "for researchers" in page(client, run)


def test_only_what_is_one_model_is_offered_merged(client, reader):
    run = make_run(traces=False)
    for kind in ("constitution", "verifier", "reward-model", "critic"):
        make_checkpoint(run, 1, role=kind, kind=kind)
    found = page(client, run)
    assert found.count("--form merged") == 3
    for offered in (
        "--role reward-model --form merged",
        "--role critic --form merged",
        "--role verifier --form adapter",
    ):
        assert offered in found


def test_a_hostile_name_stays_words(client, reader):
    assert HOSTILE not in page(client, make_run(name=HOSTILE))


def test_a_hostile_answer_stays_json(client, reader):
    run = make_run()
    run.iterations.get(index=1).trace_rows.filter(part="train").first().candidates.update(
        text='"\n}{' + HOSTILE
    )
    rows = [json.loads(line) for line in body(fetch(client, run, "samples-jsonl", "pairs")).splitlines()]
    assert rows[0]["chosen"][0]["content"] == '"\n}{' + HOSTILE


def test_a_zip_is_written_in_pieces(tmp_path):
    (tmp_path / "large").write_bytes(b"x" * (5 << 20))
    pieces = list(zipped([("large", tmp_path / "large"), ("small", b"y")]))
    assert max(map(len, pieces)) < 2 << 20
    archive = zipfile.ZipFile(io.BytesIO(b"".join(pieces)))
    assert (len(archive.read("large")), archive.read("small")) == (5 << 20, b"y")
