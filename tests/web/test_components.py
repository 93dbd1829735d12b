"""The shared pieces of the pages: what they say, and that text a model wrote never becomes markup."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.template.loader import render_to_string

from experiments.worddiff import word_diff

HOSTILE = '<script>alert("1")</script>'
FOLDER = Path(__file__).parents[2] / "templates/components"


def render(name: str, **context: Any) -> str:
    return render_to_string(f"components/{name}.html", context)


class Settings(forms.Form):
    temperature = forms.FloatField(max_value=2, help_text="Higher is more varied.")
    gate = forms.ChoiceField(
        choices=[("warn", "warn")], widget=forms.RadioSelect, help_text="What a gate does."
    )
    keep = forms.BooleanField(required=False, help_text="Uses more disk.")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.html")), ids=lambda path: path.stem)
def test_every_component_says_at_its_top_what_it_takes(path: Path) -> None:
    assert path.read_text().startswith("{% comment %}\n")


@pytest.mark.parametrize(
    ("name", "context"),
    [
        ("diff", {"spans": word_diff("fine", HOSTILE)}),
        ("model_text", {"text": HOSTILE}),
        (
            "signal_row",
            {
                "kind": HOSTILE,
                "source": HOSTILE,
                "value": 1,
                "raw": HOSTILE,
                "parsed": False,
                "reason": HOSTILE,
            },
        ),
        ("state", {"label": HOSTILE}),
        ("term", {"word": HOSTILE, "definition": HOSTILE}),
        ("notice", {"text": HOSTILE}),
        ("chips", {"label": HOSTILE, "chips": [{"label": HOSTILE, "url": HOSTILE}]}),
    ],
)
def test_hostile_text_stays_text(name: str, context: dict[str, Any]) -> None:
    html = render(name, **context)
    assert "<script" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize("name", ["diff", "model_text", "signal_row"])
def test_htmx_looks_away_from_text_that_a_model_wrote(name: str) -> None:
    html = render(name, text="words", spans=word_diff("", "words"), raw="words", parsed=None)
    assert "hx-disable" in html


def test_a_number_shows_its_interval_and_its_n() -> None:
    html = render("number", value=0.14, low=0.1, high=0.2, n=200)
    assert "0.14" in html
    assert "0.10–0.20" in html
    assert 'title="n = 200"' in html


def test_a_zero_is_a_number_and_none_is_words() -> None:
    assert "0" in render("number", value=0, n=0)
    assert "not measured" in render("number", value=None)
    assert "unscored" in render("number", value=None, missing="unscored")


def test_an_unscored_signal_says_so_and_why() -> None:
    html = render(
        "signal_row", kind="judge", source="model", value=None, raw="Great", parsed=False, reason="no number"
    )
    assert "unscored" in html
    assert "no: no number" in html


def test_both_orders_of_a_pair_are_named() -> None:
    assert "first order" in render("signal_row", value=1, order=0, parsed=True)
    assert "swapped order" in render("signal_row", value=1, order=1, parsed=True)
    assert "order</span>" not in render("signal_row", value=1, order=None, parsed=True)


def test_a_diff_keeps_every_space_of_both_texts() -> None:
    html = render("diff", spans=word_diff("a  b", "a c"))
    assert html.strip().endswith("hx-disable>a<del>  b</del><ins> c</ins></div>")


def test_an_error_stands_beside_its_field_and_is_tied_to_it() -> None:
    form = Settings({"temperature": "7", "gate": "warn"})
    assert not form.is_valid()
    html = render("field", field=form["temperature"])
    assert 'aria-describedby="id_temperature_helptext id_temperature_error"' in html
    assert 'id="id_temperature_helptext"' in html
    assert 'id="id_temperature_error"' in html
    assert 'value="7"' in html


@pytest.mark.parametrize("name", ["temperature", "gate", "keep"])
def test_every_kind_of_field_has_a_label_and_its_help(name: str) -> None:
    field = Settings()[name]
    html = render("field", field=field)
    assert ("<legend>" if name == "gate" else f'<label for="id_{name}">') in html
    assert html.count(field.help_text) == 1


def test_the_summary_of_errors_leads_to_the_fields() -> None:
    form = Settings({"temperature": "7"})
    html = render("form_errors", form=form)
    assert '<a href="#id_temperature">' in html
    assert "less than or equal to 2" in html
    assert render("form_errors", form=Settings()).strip() == ""


def test_a_stage_that_has_not_begun_shows_an_empty_bar() -> None:
    html = render("stages", stages=[{"label": "Train", "text": "waiting", "share": None, "state": "waiting"}])
    assert '<progress max="1" value="0"' in html
    assert "aria-current" not in html


def test_a_plot_carries_its_figures_as_inert_json_and_as_a_table() -> None:
    table = {"columns": ["line", "n"], "rows": [["gold", None]]}
    html = render("plot", id="better", title="Is it better?", figure={"data": []}, table=table)
    assert 'data-plot="better-figure"' in html
    assert '<script id="better-figure" type="application/json">' in html
    assert "<td>gold</td><td>–</td>" in html


@pytest.mark.parametrize(
    ("data", "empty"),
    [([], True), ([{"y": []}], True), ([{"y": [None, None]}], True), ([{"y": [None, 0.0]}], False)],
)
def test_a_plot_without_a_value_says_so_in_words(data: list[dict[str, object]], empty: bool) -> None:
    html = render(
        "plot", id="better", title="Is it?", figure={"data": data}, table={"columns": [], "rows": []}
    )
    assert '<p class="plot-empty muted">Not enough data for this plot.</p>' in html
    assert ('<div id="better-data" data-empty>' in html) == empty
    assert ('<div id="better-data">' in html) == (not empty)


def test_a_table_says_how_it_is_sorted_and_offers_its_csv() -> None:
    columns = [{"label": "gold", "figure": True, "url": "?sort=gold", "sort": "descending"}]
    html = render("table", label="Runs", columns=columns, rows="components/empty.html", csv_url="?format=csv")
    assert 'aria-sort="descending"' in html
    assert 'href="?format=csv"' in html


def test_a_dangerous_action_says_what_is_lost_before_it_is_done() -> None:
    html = render(
        "confirm",
        label="Delete…",
        url="/x",
        lost="Its checkpoints are gone.",
        action="Delete",
        hidden={"a": "b"},
    )
    assert html.index("Its checkpoints are gone.") < html.index(
        '<button class="button danger solid">Delete</button>'
    )
    assert '<input type="hidden" name="a" value="b">' in html
    assert 'method="post"' in html
