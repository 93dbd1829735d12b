"""Lists from the address bar: only what the page declares has an effect."""

import pytest

from experiments.filters import Column, Filter, Listing
from experiments.models import LanguageModel
from tests.support.factories import make_model

COLUMNS = (
    Column("name", name="name", order="name"),
    Column("size", name="size", order="context_tokens", largest_first=True),
)
KIND = Filter(
    "kind", "Kind", [("local", "local"), ("hub", "hub")], lambda rows, value: rows.filter(kind=value)
)


def listing(**params: str) -> Listing:
    return Listing(
        params, COLUMNS, "-size", (KIND,), search=lambda rows, text: rows.filter(name__icontains=text)
    )


@pytest.mark.parametrize("sort", ["project__name", "-id", "name__startswith", "kind", "--name", "?", ""])
def test_a_sorting_that_is_not_declared_is_the_default_one(sort):
    assert listing(sort=sort).order() == "-context_tokens"


@pytest.mark.django_db
def test_filters_and_text_narrow_and_undeclared_words_do_nothing():
    make_model("alpha", kind="hub")
    make_model("beta", kind="local")
    names = lambda **params: sorted(m.name for m in listing(**params).apply(LanguageModel.objects.all()))  # noqa: E731
    assert names(kind="hub") == ["alpha"]
    assert names(q="ET") == ["beta"]
    assert names(kind="scripted", status="failed", project__name="x", kind__in="hub") == ["alpha", "beta"]


def test_chips_switch_on_and_off_and_keep_the_rest_of_the_address():
    chips = listing(kind="hub", q="a b", sort="name", other="x").chips()[0]["chips"]
    assert [(chip["label"], chip["current"]) for chip in chips] == [("local", False), ("hub", True)]
    assert chips[0]["url"] == "?kind=local&q=a+b&sort=name"
    assert chips[1]["url"] == "?q=a+b&sort=name"


def test_a_head_turns_its_own_order_round_and_leaves_page_keys_behind():
    heads = {head["label"]: head for head in listing(sort="-size", after="abc").heads()}
    assert (heads["size"]["sort"], heads["size"]["url"]) == ("descending", "?sort=size")
    assert (heads["name"]["sort"], heads["name"]["url"]) == ("", "?sort=name")
