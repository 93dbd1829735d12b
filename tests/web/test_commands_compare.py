"""The command that compares runs."""

import json

import pytest
from django.core.management import call_command

from tests.support.cost_factories import make_spender
from tests.support.factories import make_dataset, make_model

pytestmark = pytest.mark.django_db


def test_the_command_says_what_the_page_says(capsys):
    shared = {"version": make_dataset("sums"), "model": make_model("base")}
    first = make_spender([0.2, 0.3], recipe="rest-em", **shared)
    second = make_spender([0.2, 0.6], recipe="self-consistency", **shared)
    call_command("compare", first.pk, second.pk, "--json")
    document = json.loads(capsys.readouterr().out)
    assert document["sentence"].startswith("At 1,000 tokens generated self-consistency has the highest gold")
    assert [line["runs"] for line in document["lines"]] == [[first.pk], [second.pk]]
    assert document["lines"][1]["against_first"]["value"] == pytest.approx(0.3)
    assert document["lines"][0]["stops"][1]["costs"]["tokens_trained"] == 500
    call_command("compare", first.pk, second.pk)
    assert "self-consistency" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ([], "No run was named"),
        (["99999"], "There is no run 99999"),
        (["1", "--axis", "beauty"], "There is no cost 'beauty'"),
    ],
)
def test_the_command_refuses_with_a_sentence(capsys, words, sentence):
    with pytest.raises(SystemExit) as ended:
        call_command("compare", *words)
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err
