"""The gate before an endpoint: its limits a minute and its cap hold over all runs, workers and machines together.

All times are the database's, so that machines whose clocks differ count the same minute.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Min, QuerySet, Sum
from django.db.models.functions import Now

from experiments.endpoints import Admission, Bought, EndpointSettings
from experiments.models import EndpointSpending, EndpointTicket, LanguageModel
from experiments.services.endpoints import settings_of

MINUTE = timedelta(seconds=60)
GRACE = timedelta(seconds=120)
"""How long after its time a request may still be settled; its worker may have been held up."""
SHORTEST_WAIT, LONGEST_WAIT = 0.25, 2.0
"""Seconds between two looks: requests elsewhere may end, and a cap may be raised."""


def limits_of(model_id: int) -> EndpointSettings:
    """The settings as they are now: a cap may have changed."""
    return settings_of(LanguageModel.objects.get(pk=model_id))


def admit(model_id: int, tokens: int, cost: float) -> Admission:
    """A ticket for a request of so many tokens that costs so much at most, or how long to wait for one.

    A request that is larger than the tokens of a minute goes when nothing else went within it.
    """
    with transaction.atomic():
        account = _account(model_id)
        limits = settings_of(account.model)
        _forget(account)
        wait = max(_quiet(account), _busy(account, limits, tokens))
        if wait:
            return Admission(wait=min(max(wait, SHORTEST_WAIT), LONGEST_WAIT))
        left = _left(account, limits)
        if left is not None and cost > left:
            under_way = _under_way(model_id).exists()
            return Admission(wait=SHORTEST_WAIT, short=None if under_way else left)
        lapses = timedelta(seconds=limits.timeout_seconds) + GRACE
        ticket = EndpointTicket.objects.create(
            model_id=model_id, sent_at=Now(), tokens=tokens, reserved=cost, lapses_at=Now() + lapses
        )
        return Admission(ticket.pk)


def settle(model_id: int, tickets: Mapping[int, int | None], bought: Bought) -> None:
    """Ends requests and adds what they cost, at once: what a ticket held back and what it became are never both
    counted. The tokens of a ticket are those that it really took; None keeps the estimate.
    """
    with transaction.atomic():
        account = _account(model_id)
        for pk, tokens in tickets.items():
            really = {} if tokens is None else {"tokens": tokens}
            EndpointTicket.objects.filter(pk=pk).update(reserved=0, lapses_at=None, **really)
        _add(account, bought)


def be_quiet(model_id: int, seconds: float) -> None:
    """Asks nothing for a while, from whatever worker."""
    with transaction.atomic():
        account = _account(model_id)
        if _quiet(account) < seconds:
            _rows(account).update(quiet_until=Now() + timedelta(seconds=seconds))


def _account(model_id: int) -> EndpointSpending:
    """The endpoint's account, held until the transaction ends: one worker at a time passes the gate."""
    EndpointSpending.objects.get_or_create(model_id=model_id)
    return (
        EndpointSpending.objects.select_for_update(of=("self",))
        .select_related("model")
        .annotate(now=Now())
        .get(model_id=model_id)
    )


def _rows(account: EndpointSpending) -> QuerySet[EndpointSpending]:
    return EndpointSpending.objects.filter(pk=account.pk)


def _add(account: EndpointSpending, bought: Bought, lost: int = 0) -> None:
    _rows(account).update(
        answers=F("answers") + bought.answers,
        tokens_read=F("tokens_read") + bought.read,
        tokens_written=F("tokens_written") + bought.written,
        estimated=F("estimated") + bought.estimated,
        spent=F("spent") + bought.cost,
        lost=F("lost") + lost,
    )


def _forget(account: EndpointSpending) -> None:
    """Charges what was lost with its worker, and drops the tickets that count for nothing any more."""
    tickets = EndpointTicket.objects.filter(model_id=account.model_id)
    lapsed = tickets.filter(lapses_at__lt=Now())
    lost = lapsed.aggregate(count=Count("pk"), cost=Sum("reserved", default=0.0))
    if lost["count"]:
        _add(account, Bought(cost=lost["cost"]), lost["count"])
        account.refresh_from_db(fields=["spent"])
        lapsed.update(reserved=0, lapses_at=None)
    tickets.filter(lapses_at=None, sent_at__lte=Now() - MINUTE).delete()


def _quiet(account: EndpointSpending) -> float:
    """Seconds for which the server is not to be asked."""
    return _until(account, account.quiet_until) if account.quiet_until else 0.0


def _busy(account: EndpointSpending, limits: EndpointSettings, tokens: int) -> float:
    """Seconds until the oldest request of the last minute counts no more, where there is no room until then."""
    minute = EndpointTicket.objects.filter(model_id=account.model_id, sent_at__gt=Now() - MINUTE)
    went = minute.aggregate(count=Count("pk"), tokens=Sum("tokens", default=0), oldest=Min("sent_at"))
    requests = limits.requests_per_minute
    full = requests is not None and went["count"] >= requests
    most = limits.tokens_per_minute
    long = most is not None and went["count"] > 0 and went["tokens"] + tokens > most
    return _until(account, went["oldest"] + MINUTE) if full or long else 0.0


def _left(account: EndpointSpending, limits: EndpointSettings) -> float | None:
    """What of the cap is neither spent nor held back; None is no cap."""
    if limits.cost_cap is None:
        return None
    held = _under_way(account.model_id).aggregate(cost=Sum("reserved", default=0.0))["cost"]
    return max(0.0, limits.cost_cap - account.spent - float(held))


def _under_way(model_id: int) -> QuerySet[EndpointTicket]:
    return EndpointTicket.objects.filter(model_id=model_id, lapses_at__isnull=False)


def _until(account: EndpointSpending, then: datetime) -> float:
    """Seconds from when the account was read."""
    return max(0.0, (then - account.now).total_seconds())  # type: ignore[attr-defined]
