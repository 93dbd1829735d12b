"""`manage.py models`: lists registered models; `models add NAME …` registers one."""

from typing import Any

from django.core.management.base import CommandParser

from experiments.alignment.errors import ConfigError
from experiments.management.base import PlumblineCommand, add_verb
from experiments.models import LanguageModel
from experiments.services import library


class Command(PlumblineCommand):
    """A path is taken here and nowhere else; what lies there is copied into the store."""

    help = "List the registered models, or register one: models add NAME --path DIR | --hub ID | --scripted."
    columns = ("name", "kind", "status", "parameters", "sha256", "licence")

    def arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", title="verbs")
        add = add_verb(verbs, "add", "Register a model.")
        add.add_argument("name", metavar="NAME")
        where = add.add_mutually_exclusive_group(required=True)
        where.add_argument("--path", help="A Hugging Face directory of a causal model in safetensors.")
        where.add_argument("--hub", metavar="ID", help="A model of the hub; a worker downloads it.")
        where.add_argument("--scripted", action="store_true", help="A simulated model that follows a script.")
        add.add_argument("--licence", default="")
        add.add_argument("--source", default="", help="Where the directory came from.")
        add.add_argument(
            "--set", action="append", default=[], metavar="KEY=VALUE", help="A setting of the script."
        )

    def run(self, **options: Any) -> Any:
        if options["verb"] is None:
            return [document(model) for model in LanguageModel.objects.order_by("name")]
        return document(self.add(options))

    def add(self, options: dict[str, Any]) -> LanguageModel:
        """Registers what the options name."""
        if options["set"] and not options["scripted"]:
            raise ConfigError("--set is for --scripted alone.", field="set")
        if options["path"]:
            return library.register_local_model(
                options["name"], options["path"], options["licence"], options["source"]
            )
        if options["hub"]:
            self.progress("A worker downloads the model; `manage.py models` says when it is ready.")
            return library.register_hub_model(options["name"], options["hub"], options["licence"])
        return library.register_scripted_model(options["name"], read_settings(options["set"]))


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
        "created": model.created_at,
    }
