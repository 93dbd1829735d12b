"""The gate before an endpoint: its limits a minute and its cap hold over all runs, workers and machines together.

All times are the database's, so that machines whose clocks differ count the same minute.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Min, QuerySet, Sum
from django.db.models.functions import Now

from experiments.endpoints import Admission, Bought, EndpointSettings, Settled
from experiments.models import EndpointSpending, EndpointTicket, LanguageModel
from experiments.services.endpoints import settings_of

MINUTE = timedelta(seconds=60)
GRACE = timedelta(seconds=120)
"""How long after its time a request may still be settled; its worker may have been held up."""
CLAIM = timedelta(seconds=5)
SHORTEST_WAIT, LONGEST_WAIT = 0.25, 2.0
"""Seconds between two looks: requests elsewhere may end, and a cap may be raised."""


def limits_of(model_id: int) -> EndpointSettings:
    """The settings as they are now: a cap may have changed."""
    return settings_of(LanguageModel.objects.get(pk=model_id))


def admit(model_id: int, tokens: int, cost: float) -> Admission:
    """A ticket for a request of so many tokens that costs so much at most, or how long to wait for one.

    A request that is larger than the tokens of a minute goes when nothing else went within it. While a large one waits,
    smaller ones leave room for it, so that it gets its turn.
    """
    with transaction.atomic():
        account = _account(model_id)
        limits = settings_of(account.model)
        _forget(account)
        wait = max(_quiet(account), _busy(account, limits, tokens))
        _claim(account, tokens, waits=bool(wait))
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


def settle(model_id: int, ended: Sequence[Settled]) -> None:
    """Ends requests and adds what they cost, at once: what a ticket held back and what it became are never both
    counted. A second call with the same tickets changes nothing, and neither does one for a ticket that lapsed.
    """
    with transaction.atomic():
        account = _account(model_id)
        counted = [one.bought for one in ended if not one.ticket or _end(one)]
        _add(account, sum(counted, Bought()))


def _end(one: Settled) -> bool:
    """Whether this ended the ticket: it was under way until now."""
    really = {} if one.tokens is None else {"tokens": one.tokens}
    under_way = EndpointTicket.objects.filter(pk=one.ticket, lapses_at__isnull=False)
    return bool(under_way.update(reserved=0, lapses_at=None, **really))


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
    claimed = _claimed(account)
    claimed = claimed if claimed > tokens else 0
    needed = went["tokens"] + tokens + claimed
    long = most is not None and needed > most and bool(went["count"] or claimed)
    if not full and not long:
        return 0.0
    return _until(account, went["oldest"] + MINUTE) if went["oldest"] else SHORTEST_WAIT


def _claimed(account: EndpointSpending) -> int:
    """Tokens of the largest request that waits and still asks."""
    until = account.claim_until
    return account.claim_tokens if until and until > account.now else 0  # type: ignore[attr-defined]


def _claim(account: EndpointSpending, tokens: int, waits: bool) -> None:
    """Notes the largest request that waits, or that its turn has come."""
    if tokens < _claimed(account):
        return
    if waits:
        _rows(account).update(claim_tokens=tokens, claim_until=Now() + CLAIM)
    elif account.claim_until:
        _rows(account).update(claim_tokens=0, claim_until=None)


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
