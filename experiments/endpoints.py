"""What is kept of an endpoint: where it is, which key it takes, what it may be asked and what that costs. No secret."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field

from experiments.addresses import Address, names_host, read_address
from experiments.alignment.errors import ConfigError

KEY_NAME = re.compile(r"[A-Z][A-Z0-9_]{2,63}")
OWN_SECRETS = re.compile(
    r"SECRET_KEY|DATABASE_URL|BROKER_URL|CELERY_.*|DJANGO_.*|PG.*|POSTGRES.*|REDIS.*|VALKEY.*|PATH|HOME|"
    r"DATA_DIR|HOST|PORT|ENDPOINT_.*|LD_.*|PYTHON.*"
)
"""Variables that are Plumbline's or the system's own: no endpoint gets one, whoever asks."""


class EndpointSettings(BaseModel):
    """The settings of an endpoint, as its model's row keeps them. Prices are of a million tokens, in one currency.

    `operator` says that it was registered in the server's shell: whoever is there may bind any variable to any host.
    `inside` says that the operator allows it to be on this machine or its network.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    url: str
    model: str = Field(min_length=1, max_length=200)
    key_env: str = ""
    requests_per_minute: int | None = Field(None, ge=1, le=1_000_000)
    tokens_per_minute: int | None = Field(None, ge=1, le=10**12)
    price_in: float | None = Field(None, ge=0, le=1e6, allow_inf_nan=False)
    price_out: float | None = Field(None, ge=0, le=1e6, allow_inf_nan=False)
    cost_cap: float | None = Field(None, ge=0, le=1e9, allow_inf_nan=False)
    timeout_seconds: float = Field(120, ge=1, le=600, allow_inf_nan=False)
    concurrency: int = Field(4, ge=1, le=64)
    operator: bool = False
    inside: bool = False

    @property
    def address(self) -> Address:
        return read_address(self.url)

    @property
    def limited(self) -> bool:
        """Whether a request may have to wait, or may be refused as soon as there is a cap."""
        return self.priced or self.requests_per_minute is not None or self.tokens_per_minute is not None

    @property
    def priced(self) -> bool:
        return self.price_in is not None or self.price_out is not None

    def cost(self, read: float, written: float) -> float:
        """What so many tokens cost; what has no price is free."""
        return (read * (self.price_in or 0) + written * (self.price_out or 0)) / 1e6


@dataclass(frozen=True)
class Bought:
    """Answers that an endpoint gave: their tokens, how many of them had to be estimated, and the cost."""

    answers: int = 0
    read: int = 0
    written: int = 0
    estimated: int = 0
    cost: float = 0.0

    def __add__(self, other: "Bought") -> "Bought":
        return Bought(
            self.answers + other.answers,
            self.read + other.read,
            self.written + other.written,
            self.estimated + other.estimated,
            self.cost + other.cost,
        )


@dataclass(frozen=True)
class Settled:
    """A request that ended: its ticket, 0 for none, the tokens that it took where that is known, and what it bought."""

    ticket: int
    tokens: int | None = None
    bought: Bought = Bought()


@dataclass(frozen=True)
class Admission:
    """The ticket of a request that may go out now, or how many seconds to wait before asking again.

    `short` is what is left of the cap, where that is too little and no request under way can change it.
    """

    ticket: int | None = None
    wait: float = 0.0
    short: float | None = None


def check_key(settings: EndpointSettings, allowed: Mapping[str, tuple[str, ...]]) -> None:
    """Raises ConfigError unless the endpoint may have the key that it names.

    `allowed` are the hosts of each variable that the operator lends to people of the web (ENDPOINT_KEYS). Without a
    line there a variable goes nowhere: who names both the variable and the address could send any secret to himself.
    """
    name = settings.key_env
    if not name:
        return
    if not KEY_NAME.fullmatch(name) or OWN_SECRETS.fullmatch(name):
        raise ConfigError(
            "That cannot name an endpoint's key: give the name of a variable, not the key, in capital letters, digits "
            "and underscores, and no variable of Plumbline or the system.",
            field="key_env",
        )
    if not settings.operator and not names_host(allowed.get(name, ()), settings.address):
        raise ConfigError(
            f"{name} may not be sent to {settings.address.netloc}: an operator allows it with "
            f"ENDPOINT_KEYS={name}={settings.address.netloc}, or registers the endpoint in the server's shell.",
            field="key_env",
        )
