"""Runs as lists show them: with the newest gold accuracy beside each."""

from typing import Any

from django.db.models import F, FilteredRelation, Q, QuerySet

from experiments.deltas import HEADLINE
from experiments.models import Run


def with_gold(runs: QuerySet[Run]) -> QuerySet[Any]:
    """Adds gold_value, _low, _high, _first (before training) and _change; None where not measured."""
    place = Q(latest_metrics__name=HEADLINE, latest_metrics__split="gold")
    rows = runs.annotate(gold=FilteredRelation("latest_metrics", condition=place))
    return rows.annotate(
        gold_value=F("gold__value"),
        gold_low=F("gold__low"),
        gold_high=F("gold__high"),
        gold_first=F("gold__first"),
        gold_change=F("gold__value") - F("gold__first"),
    )
