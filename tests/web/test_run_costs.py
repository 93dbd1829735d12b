"""What a run's page, file and report say of its costs."""

import csv
import io
import json

import pytest
from django.core.management import call_command
from django.urls import reverse

from tests.support.cost_factories import make_spender
from tests.support.factories import make_run

pytestmark = pytest.mark.django_db


def test_the_run_page_shows_what_it_cost_by_iteration_and_in_all(client, owner):
    run = make_spender([0.2, 0.3, 0.4], 1000, labels=7)
    rows = client.get(reverse("run-detail", args=[run.pk])).context["page"].costs
    assert [(row.label, row.spent.tokens_generated, row.spent.labels) for row in rows] == [
        ("iteration 1", 1000, 7),
        ("iteration 2", 1000, 0),
        ("the loop in all", 2000, 7),
        ("measuring it", 30000, 0),
    ]
    lines = csv.DictReader(
        io.StringIO(b"".join(client.get(reverse("costs-csv", args=[run.pk])).streaming_content).decode())
    )
    assert sum(int(line["tokens_trained"]) for line in lines if line["purpose"] == "loop") == 1000
    bare = make_run(iterations=1, traces=False)
    assert "What it cost" not in client.get(reverse("run-detail", args=[bare.pk])).content.decode()


def test_the_report_holds_the_costs_of_the_loop_and_of_measuring(capsys):
    run = make_spender([0.2, 0.3], labels=7)
    call_command("report", run.pk, "--json")
    document = json.loads(capsys.readouterr().out)
    assert document["costs"]["loop"]["tokens_generated"] == 1000
    assert document["costs"]["measurement"]["tokens_generated"] == 20000
    assert document["iterations"][1]["costs"]["loop"]["labels"] == 7
    call_command("report", make_run(traces=False).pk, "--json")
    assert json.loads(capsys.readouterr().out)["costs"] is None
