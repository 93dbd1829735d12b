"""The pages of data sets: the import form, progress, rows and the gold wall."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from experiments.models import DatasetVersion
from experiments.services import datasets
from experiments.uploads import uploads_folder
from tests.support.factories import make_dataset, make_row, make_user
from tests.support.imports import nothing_is_left, rows

pytestmark = pytest.mark.django_db

FORM = {"name": "sums", "verifier": "number", "train": "0.8", "probe": "0.1", "gold": "0.1", "seed": "0"}


def file_of(lines: list[dict[str, Any]], name: str = "sums.jsonl") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "".join(json.dumps(line) + "\n" for line in lines).encode())


def test_the_form_takes_a_file_and_leads_to_its_progress(client: Client) -> None:
    client.force_login(make_user("researcher"))
    response = client.post(reverse("dataset-import"), {**FORM, "file": file_of(rows(30))})
    version = DatasetVersion.objects.get()
    assert response["Location"] == reverse("dataset-detail", args=[version.dataset_id])
    page = client.get(response["Location"]).content.decode()
    assert "preparing" in page
    assert "0 rows so far" in page
    assert (uploads_folder() / version.upload).stat().st_size > 0
    datasets.run_import(version.pk)
    part = client.get(response["Location"], {"part": "versions"}).content.decode()
    assert "ready" in part
    assert "<html" not in part


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"name": "a/b"}, "cannot be a name"),
        ({"train": "0.5"}, "add up to 0.7"),
        ({"mapping": "prompt"}, "no pair field=column"),
        ({"file": file_of([{"answer": 1}])}, "Row 1, field &#x27;prompt&#x27;"),
        ({"file": file_of([])}, "holds no rows"),
        ({"file": file_of(rows(1), "sums.xlsx")}, "name it .jsonl, .csv or .parquet"),
    ],
)
def test_a_form_that_is_refused_says_why_and_keeps_nothing(
    client: Client, change: dict[str, Any], words: str
) -> None:
    client.force_login(make_user("researcher"))
    response = client.post(reverse("dataset-import"), {**FORM, "file": file_of(rows(3)), **change})
    assert response.status_code == 422
    page = response.content.decode()
    assert words in page
    assert f'value="{change.get("name", "sums")}"' in page
    assert nothing_is_left()
    assert not list(uploads_folder().iterdir())


def test_a_full_disk_ends_an_upload_with_a_sentence(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("experiments.uploads.KEEP_FREE", 2**60)
    client.force_login(make_user("researcher"))
    response = client.post(reverse("dataset-import"), {**FORM, "file": file_of(rows(3))})
    assert response.status_code == 422
    assert "The disk of DATA_DIR is full" in response.content.decode()
    assert not list(uploads_folder().iterdir())


def test_the_page_shows_rows_and_hides_gold_references_with_the_reason(client: Client) -> None:
    client.force_login(make_user("reviewer"))
    version = make_dataset(train=1, probe=0, gold=1)
    page = client.get(reverse("dataset-detail", args=[version.dataset_id])).content.decode()
    assert page.count("no-comma") == 1
    assert "References of gold rows are held out" in page
    csv = client.get(reverse("dataset-rows-csv", args=[version.dataset_id]))
    text = b"".join(csv.streaming_content).decode()  # type: ignore[attr-defined]
    assert text.count("no-comma") == 1
    assert "held out" in text


def test_rows_are_filtered_by_split_and_paged_by_key(client: Client) -> None:
    client.force_login(make_user("reviewer"))
    version = make_dataset(train=60, probe=3, gold=0)
    address = reverse("dataset-detail", args=[version.dataset_id])
    first = client.get(address, {"split": "train"})
    assert len(first.context["shown"]) == 25
    second = client.get(address + first.context["pager"]["older_url"])
    assert [row.position for row in second.context["shown"]] == list(range(25, 50))
    assert {row.split for row in second.context["shown"]} == {"train"}
    assert len(client.get(address, {"split": "probe"}).context["shown"]) == 3


def test_text_of_a_data_set_is_escaped(client: Client) -> None:
    client.force_login(make_user("reviewer"))
    version = make_dataset(train=0, probe=0, gold=0)
    make_row(version, prompt="<script>alert(1)</script>")
    page = client.get(reverse("dataset-detail", args=[version.dataset_id])).content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_pages_are_for_members(client: Client) -> None:
    version = make_dataset()
    names = [("dataset-list", []), ("datasets-csv", []), ("dataset-rows-csv", [version.dataset_id])]
    member = Client()
    member.force_login(make_user("reviewer"))
    for name, given in [*names, ("dataset-detail", [version.dataset_id])]:
        assert client.get(reverse(name, args=given)).status_code == 302
        assert member.get(reverse(name, args=given)).status_code == 200


def test_pages_take_the_same_queries_for_many_rows(
    client: Client, django_assert_max_num_queries: Any
) -> None:
    client.force_login(make_user("reviewer"))
    version = make_dataset(train=30)
    for _ in range(10):
        make_dataset(train=0, probe=0, gold=0)
    with django_assert_max_num_queries(8):
        client.get(reverse("dataset-list"))
    with django_assert_max_num_queries(9):
        client.get(reverse("dataset-detail", args=[version.dataset_id]))
