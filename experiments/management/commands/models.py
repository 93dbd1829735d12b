"""`manage.py models`: lists registered models; `models add NAME …` registers one; `models cap` limits an endpoint."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandParser

from experiments.alignment.errors import ConfigError
from experiments.management.base import PlumblineCommand, add_verb
from experiments.models import LanguageModel
from experiments.services import endpoints, library

ENDPOINT_OPTIONS: dict[str, tuple[Callable[[str], Any], str, str]] = {
    "endpoint_model": (str, "ID", "The model's id on the server."),
    "key_env": (str, "VAR", "The worker's environment variable that holds the key."),
    "requests_per_minute": (int, "N", "Send no more requests a minute, from all workers together."),
    "tokens_per_minute": (int, "N", "Use no more tokens a minute, from all workers together."),
    "price_in": (float, "AMOUNT", "Price of a million tokens read."),
    "price_out": (float, "AMOUNT", "Price of a million tokens written."),
    "cost_cap": (float, "AMOUNT", "Ask nothing beyond this cost in all."),
    "timeout": (float, "SECONDS", "Longest wait for one answer; 120 unless told."),
    "concurrency": (int, "N", "Requests at a time, 4 unless told."),
}
RENAMED = {"endpoint_model": "model", "timeout": "timeout_seconds"}


class Command(PlumblineCommand):
    """A path is taken here and nowhere else; what lies there is copied into the store."""

    help = (
        "List the registered models, or register one: models add NAME --path DIR | --hub ID | --scripted | "
        "--endpoint URL --endpoint-model ID."
    )
    columns = ("name", "kind", "status", "parameters", "sha256", "licence")

    def arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", title="verbs")
        add = add_verb(verbs, "add", "Register a model.")
        add.add_argument("name", metavar="NAME")
        where = add.add_mutually_exclusive_group(required=True)
        where.add_argument("--path", help="A Hugging Face directory of a causal model in safetensors.")
        where.add_argument("--hub", metavar="ID", help="A model of the hub; a worker downloads it.")
        where.add_argument("--scripted", action="store_true", help="A simulated model that follows a script.")
        where.add_argument(
            "--endpoint", metavar="URL", help="An OpenAI-compatible server, such as http://host/v1."
        )
        add_endpoint_arguments(add)
        add.add_argument("--licence", default="")
        add.add_argument("--source", default="", help="Where the directory came from.")
        add.add_argument(
            "--set", action="append", default=[], metavar="KEY=VALUE", help="A setting of the script."
        )
        cap = add_verb(verbs, "cap", "Change what an endpoint may cost in all.")
        cap.add_argument("name", metavar="NAME")
        cap.add_argument(
            "amount", metavar="AMOUNT", help="In the currency of its prices, or none for no cap."
        )

    def run(self, **options: Any) -> Any:
        if options["verb"] is None:
            return [document(model) for model in LanguageModel.objects.order_by("name")]
        if options["verb"] == "cap":
            return document(endpoints.set_cap(options["name"], read_amount(options["amount"])))
        return document(self.add(options))

    def add(self, options: dict[str, Any]) -> LanguageModel:
        """Registers what the options name."""
        if options["set"] and not options["scripted"]:
            raise ConfigError("--set is for --scripted alone.", field="set")
        if options["endpoint"]:
            return endpoints.register_endpoint(options["name"], read_endpoint(options), operator=True)
        if any(options[name] is not None for name in ENDPOINT_OPTIONS) or options["allow_private"]:
            raise ConfigError("Those options are for --endpoint alone.", field="endpoint")
        if options["path"]:
            return library.register_local_model(
                options["name"], options["path"], options["licence"], options["source"]
            )
        if options["hub"]:
            self.progress("A worker downloads the model; `manage.py models` says when it is ready.")
            return library.register_hub_model(options["name"], options["hub"], options["licence"])
        return library.register_scripted_model(options["name"], read_settings(options["set"]))


def add_endpoint_arguments(add: CommandParser) -> None:
    """Options of an endpoint."""
    group = add.add_argument_group("of an endpoint")
    for name, (kind, shown, words) in ENDPOINT_OPTIONS.items():
        group.add_argument(f"--{name.replace('_', '-')}", type=kind, metavar=shown, help=words)
    group.add_argument(
        "--allow-private",
        action="store_true",
        help="It may be on this machine's network, not only on this machine.",
    )


def read_endpoint(options: dict[str, Any]) -> dict[str, Any]:
    """The settings of an endpoint that the options give. Raises ConfigError without the model's id."""
    if not options["endpoint_model"]:
        raise ConfigError(
            "--endpoint needs --endpoint-model ID, the model's name on that server.", field="endpoint_model"
        )
    given = {name: options[name] for name in ENDPOINT_OPTIONS if options[name] is not None}
    named = {RENAMED.get(name, name): value for name, value in given.items()}
    return {"url": options["endpoint"], "inside": options["allow_private"], **named}


def read_amount(text: str) -> float | None:
    """A cap; None for "none". Raises ConfigError."""
    try:
        return None if text == "none" else float(text)
    except ValueError:
        raise ConfigError(f"{text!r} is no amount: give a number, or none.", field="amount") from None


def read_settings(pairs: list[str]) -> dict[str, float]:
    """`KEY=VALUE` pairs of a script. Raises ConfigError."""
    try:
        return {key: float(value) for key, _, value in (pair.partition("=") for pair in pairs)}
    except ValueError:
        raise ConfigError(
            "A setting of a script is KEY=NUMBER, such as --set skill=0.5.", field="set"
        ) from None


def document(model: LanguageModel) -> dict[str, Any]:
    """A model as scripts read it."""
    return {
        "id": model.pk,
        "name": model.name,
        "kind": model.kind,
        "status": model.status,
        "error": model.error or None,
        "sha256": model.sha256 or None,
        "source": model.source or None,
        "licence": model.licence or None,
        "architecture": model.architecture or None,
        "parameters": model.parameters,
        "context_tokens": model.context_tokens,
        "chat_template": model.chat_template,
        "size_bytes": model.size_bytes or None,
        "endpoint": endpoints.document(model),
        "created": model.created_at,
    }
