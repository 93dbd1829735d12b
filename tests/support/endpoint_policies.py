"""Policies of a stub endpoint."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from experiments.alignment.types import Ask, Message
from experiments.models import EndpointSpending
from experiments.services.endpoints import register_endpoint, settings_of
from tasks.endpoints import ModelGate
from tasks.policies.endpoint_patience import Patience
from tasks.policies.endpoint_policy import Endpoint, EndpointPolicy
from tasks.policies.endpoint_wire import Key
from tests.support import stub_endpoint as stub

SECRET = "sk-very-secret-0123456789"
QUICK = Patience(attempts=4, first=0.02, longest=0.05, longest_asked=2.0)


@contextmanager
def policy(
    *script: stub.Act, always: stub.Act | None = None, **settings: Any
) -> Iterator[tuple[EndpointPolicy, stub.Stub]]:
    """A policy of the endpoint `far`, which a stub serves, and whose gate and account are in the database.

    `inside` says whether it may be on this machine while it is asked.
    """
    inside = settings.pop("inside", True)
    with stub.running_stub(*script, always=always) as server:
        far = register_endpoint("far", {"url": server.url, "model": "remote", **settings}, operator=True)
        known = settings_of(far).model_copy(update={"inside": inside})
        yield another(Endpoint("far", known, Key(SECRET), ModelGate(far.pk, nothing))), server


def another(endpoint: Endpoint) -> EndpointPolicy:
    """A policy of an endpoint as any worker has it."""
    return EndpointPolicy("teacher", endpoint, QUICK)


def account() -> EndpointSpending:
    """What was spent at the endpoint `far`, and the most that is held back for requests under way."""
    return EndpointSpending.objects.get(model__name="far")


def asks(count: int = 1, **changes: Any) -> list[Ask]:
    return [
        Ask(
            (Message("system", "Be short."), Message("user", f"What is {n} + 1?")),
            **({"max_tokens": 8} | changes),
        )
        for n in range(count)
    ]


def nothing() -> None:
    return


def texts(found: EndpointPolicy, count: int = 1) -> list[str]:
    return [one.text for one in found.generate(asks(count), nothing)]
