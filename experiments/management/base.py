"""What every command that scripts rely on shares: one JSON document, exit codes, one sentence per error."""

import json
import sys
from argparse import SUPPRESS
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError

from experiments.alignment.errors import ConfigError, InfrastructureError, PlumblineError

DONE, FAILED, BAD_INPUT, CANCELLED, HELD = range(5)
UNKNOWN = "–"


def exit_code_of(error: PlumblineError) -> int:
    """2 for what the user gave us, 1 for what failed."""
    return BAD_INPUT if error.blame in ("config", "data", "model") else FAILED


def plain(value: object) -> object:
    """JSON for values that json does not know: times in ISO 8601 UTC, everything else as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return str(value)


class PlumblineCommand(BaseCommand):
    """A command whose answer is a document: text for people, exactly one JSON document with `--json`.

    A command writes `arguments` and `run`; it may set `columns` (fields of a list's table, in order),
    override `text`, and set `self.exit_code` when its work was done but the answer is another code than 0.
    """

    requires_system_checks: list[str] = []
    columns: Sequence[str] = ()
    exit_code = DONE

    def arguments(self, parser: CommandParser) -> None:
        """Hook: the command's own arguments."""

    def run(self, **options: Any) -> Any:
        """Hook: do the work and return the document. Raises PlumblineError for what a person can act on."""
        raise NotImplementedError

    def text(self, document: Any) -> str:
        """Hook: the document in words; a table for a list of rows, one line a field for a single one."""
        if isinstance(document, Mapping):
            return "\n".join(f"{name}: {shown(value)}" for name, value in document.items())
        if isinstance(document, list):
            return table(document, self.columns)
        return str(document)

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        # Off, so that misuse is an exception that can be told as JSON, of subcommands too.
        self._called_from_command_line = False
        return super().create_parser(prog_name, subcommand, **kwargs)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="Print one JSON document on standard output.")
        self.arguments(parser)

    def run_from_argv(self, argv: list[str]) -> None:
        """Like Django's, but misuse is one sentence, exit code 2, and an error document with `--json`."""
        try:
            super().run_from_argv(argv)
        except CommandError as misuse:
            sentence = str(misuse).removeprefix("Error: ")
            self.refuse(
                ConfigError(f"{sentence}; see `manage.py {argv[1]} --help`."), as_json="--json" in argv
            )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run, answer and exit with the code that `interface` promises."""
        try:
            document = self.run(**options)
        except PlumblineError as error:
            self.refuse(error, as_json=options["json"])
        except DatabaseError as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            self.refuse(
                InfrastructureError(
                    f"The database refused ({reason}): start it, or run `manage.py migrate`."
                ),
                as_json=options["json"],
            )
        self.answer(document, as_json=options["json"])
        if self.exit_code:
            sys.exit(self.exit_code)

    def answer(self, document: Any, as_json: bool) -> None:
        """Write the document on standard output."""
        self.stdout.write(
            json.dumps(document, default=plain, allow_nan=False) if as_json else self.text(document)
        )

    def progress(self, line: str) -> None:
        """Write a line for people on standard error."""
        self.stderr.write(line, style_func=str)

    def refuse(self, error: PlumblineError, as_json: bool) -> None:
        """Write the error's sentence on standard error, its document on standard output, and exit."""
        self.stderr.write(error.message)
        if as_json:
            said = {"blame": error.blame, "field": error.field, "message": error.message}
            self.stdout.write(json.dumps({"error": said}))
        sys.exit(exit_code_of(error))


def add_verb(verbs: Any, name: str, help: str) -> CommandParser:
    """The parser of a verb (of `parser.add_subparsers(dest="verb")`) that takes `--json` after itself too."""
    parser: CommandParser = verbs.add_parser(name, help=help)
    parser.add_argument("--json", action="store_true", default=SUPPRESS, help="Print one JSON document.")
    return parser


def shown(value: object) -> str:
    """A value in a table's cell or after a field's name."""
    if value is None or value == "":
        return UNKNOWN
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return ", ".join(f"{name}={shown(part)}" for name, part in value.items()) or UNKNOWN
    return str(plain(value)) if isinstance(value, datetime) else str(value)


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str] = ()) -> str:
    """Rows as aligned columns under their names; "none" for no rows."""
    if not rows:
        return "none"
    names = list(columns or rows[0])
    cells = [names, *([shown(row.get(name)) for name in names] for row in rows)]
    widths = [max(len(line[i]) for line in cells) for i in range(len(names))]
    return "\n".join(
        "  ".join(cell.ljust(w) for cell, w in zip(line, widths, strict=True)).rstrip() for line in cells
    )
