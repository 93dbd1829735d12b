"""OpenAI-compatible servers as models: registering one, what it has spent, and its cap."""

from collections.abc import Mapping
from ipaddress import ip_address
from typing import Any

from django.conf import settings
from django.db import transaction
from pydantic import ValidationError

from experiments.addresses import Address, check_reach, literal, names_host
from experiments.alignment.errors import ConfigError, ModelError
from experiments.alignment.seeds import digest
from experiments.endpoints import EndpointSettings, check_key
from experiments.models import EndpointSpending, LanguageModel, Preparation, Project
from experiments.services.names import check_name

FIELDS = {"url": "endpoint", "model": "endpoint_model"}


def register_endpoint(name: str, given: Mapping[str, Any], operator: bool) -> LanguageModel:
    """Registers an endpoint; the same again changes nothing. Nothing is asked of the server yet.

    `operator` says that somebody at the server's shell asks: he may bind any variable to any host, and an address
    of this machine that he writes out is meant. From the web ENDPOINT_KEYS and ENDPOINT_HOSTS decide.

    Raises ConfigError whose field is the option's name.
    """
    check_name(name)
    wish = _settings(given, operator)
    found = wish.model_copy(update={"inside": wish.inside or _inside(wish.address, operator)})
    check_endpoint(found)
    if found.cost_cap is not None and not found.priced:
        raise ConfigError(
            "A cost cap counts nothing without prices: give price-in and price-out too.", field="cost_cap"
        )
    return _register(name, found)


def _settings(given: Mapping[str, Any], operator: bool) -> EndpointSettings:
    try:
        wish = EndpointSettings.model_validate({**given, "operator": operator})
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0])
        raise ConfigError(
            f"The endpoint's {name.replace('_', ' ')} does not fit: {first['msg']}.",
            field=FIELDS.get(name, name),
        ) from None
    return wish.model_copy(update={"url": wish.address.url})


def _inside(address: Address, operator: bool) -> bool:
    """Whether an endpoint may be on this machine or its network without more being said."""
    written = literal(address.host)
    this_machine = written is not None and ip_address(written).is_loopback
    return names_host(settings.ENDPOINT_HOSTS, address) or (operator and this_machine)


def check_endpoint(found: EndpointSettings) -> None:
    """What can be known without asking the network. Raises ConfigError."""
    check_key(found, settings.ENDPOINT_KEYS)
    written = literal(found.address.host)
    if written is not None:
        check_reach(found.address, written, found.inside, bool(found.key_env))


def _register(name: str, found: EndpointSettings) -> LanguageModel:
    columns = {
        "project": Project.default(),
        "kind": LanguageModel.Kind.ENDPOINT,
        "status": Preparation.READY,
        "sha256": digest([found.url, found.model]),
        "source": f"endpoint:{found.address.netloc}",
        "architecture": found.model[:120],
        "settings": found.model_dump(mode="json"),
    }
    model, made = LanguageModel.objects.get_or_create(name=name, defaults=columns)
    if not made and (model.kind != columns["kind"] or model.settings != columns["settings"]):
        raise ConfigError(
            f"The name {name!r} is taken by another model or by other settings: choose another name.",
            field="name",
        )
    return model


def settings_of(model: LanguageModel) -> EndpointSettings:
    """The settings that an endpoint's row keeps. Raises ModelError for a row that holds none."""
    try:
        return EndpointSettings.model_validate(model.settings)
    except ValidationError:
        raise ModelError(
            f"The endpoint {model.name} has no settings that can be read; register it anew."
        ) from None


def in_force(model: LanguageModel) -> EndpointSettings:
    """The settings of an endpoint as it may be asked now: what was registered from the web loses its place inside
    when the operator takes its host out of ENDPOINT_HOSTS. Raises ConfigError where it may not be asked.
    """
    found = settings_of(model)
    if not found.operator:
        found = found.model_copy(update={"inside": _inside(found.address, operator=False)})
    check_endpoint(found)
    return found


def document(model: LanguageModel) -> dict[str, Any] | None:
    """An endpoint as scripts and pages read it: its settings and what it has spent; None for another model."""
    if model.kind != LanguageModel.Kind.ENDPOINT:
        return None
    found = settings_of(model)
    spent = EndpointSpending.objects.filter(model=model).first() or EndpointSpending(model=model)
    return {
        **found.model_dump(mode="json"),
        "host": found.address.netloc,
        "priced": found.priced,
        "spent": spent.spent,
        "answers": spent.answers,
        "tokens_read": spent.tokens_read,
        "tokens_written": spent.tokens_written,
        "estimated": spent.estimated,
        "lost": spent.lost,
    }


def set_cap(name: str, cap: float | None) -> LanguageModel:
    """Changes what an endpoint may cost in all; None lifts the cap. A run that it ended can be retried then.

    Raises ConfigError for a model that is no endpoint and for a cap that cannot be.
    """
    with transaction.atomic():
        model = LanguageModel.objects.select_for_update().filter(name=name).first()
        if model is None or model.kind != LanguageModel.Kind.ENDPOINT:
            raise ConfigError(f"There is no endpoint {name!r}.", field="name")
        changed = _settings(model.settings | {"cost_cap": cap}, bool(model.settings.get("operator")))
        if cap is not None and not changed.priced:
            raise ConfigError(f"{name} has no prices, so that a cap would count nothing.", field="cost_cap")
        LanguageModel.objects.filter(pk=model.pk).update(settings=changed.model_dump(mode="json"))
    model.refresh_from_db()
    return model
