"""Policies of a stub endpoint, without a database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from experiments.alignment.types import Ask, Message
from experiments.endpoints import EndpointSettings
from tasks.policies.endpoint_pace import Patience
from tasks.policies.endpoint_policy import PACES, Endpoint, EndpointPolicy
from tasks.policies.endpoint_purse import Bill
from tasks.policies.endpoint_wire import Key
from tests.support import stub_endpoint as stub

SECRET = "sk-very-secret-0123456789"
QUICK = Patience(attempts=4, first=0.02, longest=0.05, longest_asked=2.0)


class Account:
    """Writes bills down in memory."""

    def __init__(self, left: float | None = None) -> None:
        self.left = left
        self.bills: list[Bill] = []

    def pay(self, bill: Bill) -> float | None:
        if bill.answers:
            self.bills.append(bill)
            self.left = None if self.left is None else self.left - bill.cost
        return self.left

    def total(self, name: str) -> float:
        return sum(getattr(bill, name) for bill in self.bills)


@contextmanager
def policy(
    *script: stub.Act, always: stub.Act | None = None, account: Account | None = None, **settings: Any
) -> Iterator[tuple[EndpointPolicy, stub.Stub]]:
    PACES.clear()
    with stub.running_stub(*script, always=always) as server:
        given = {"url": server.url, "model": "remote", "operator": True, "inside": True, **settings}
        endpoint = Endpoint(
            "far", EndpointSettings.model_validate(given), Key(SECRET), (account or Account()).pay
        )
        yield EndpointPolicy("teacher", endpoint, QUICK), server


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
