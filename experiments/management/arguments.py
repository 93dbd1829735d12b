"""What the commands about runs read from the shell, and what they say when it does not fit."""

import json
import re
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.core.management.base import CommandParser
from pydantic import ValidationError

from experiments.alignment.errors import ConfigError
from experiments.models import Run
from experiments.services.artefacts import MAKE
from experiments.services.launch import LaunchRequest
from experiments.services.schedules import Timing

PERIOD = re.compile(r"(\d+(?:\.\d+)?)([smhd])")
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
LARGEST = 2**31


def add_launch_arguments(parser: CommandParser) -> None:
    """The options by which a launch and a clone differ from the defaults."""
    parser.add_argument(
        "--role", action="append", default=[], metavar="ROLE=MODEL", help="The model that plays a role."
    )
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="A setting of the recipe."
    )
    parser.add_argument(
        "--use",
        action="append",
        default=[],
        metavar="KIND=RUN",
        help="Take another run's artefact; KIND=make:RECIPE makes it first.",
    )
    parser.add_argument("--seed", type=int, default=None, help="Seed of everything that is drawn.")
    parser.add_argument("--name", default=None, help="How the run is called.")
    parser.add_argument(
        "--wait", action="store_true", help="Follow the run until it ends; the exit code tells how."
    )


def add_timing_arguments(parser: CommandParser) -> None:
    """The options that plan a launch instead of starting it; one of them at most."""
    when = parser.add_mutually_exclusive_group()
    when.add_argument("--at", metavar="TIME", help="At a time, such as 2026-12-01T02:00.")
    when.add_argument("--every", metavar="PERIOD", help="Every so often, such as 6h, 30m or 1d.")
    when.add_argument("--cron", metavar="EXPRESSION", help='By a cron expression, such as "0 3 * * *".')
    when.add_argument("--after", type=int, metavar="RUN", help="After the success of another run.")
    when.add_argument("--after-any", type=int, metavar="RUN", help="After any end of another run.")
    parser.add_argument(
        "--timezone", default="UTC", help="Where --at and --cron are read, such as Europe/Berlin."
    )


def find_run(pk: int) -> Run:
    """The run of that number; raises ConfigError."""
    run = Run.objects.select_related("dataset_version__dataset").filter(pk=pk).first()
    if run is None:
        raise ConfigError(f"There is no run {pk}; `manage.py runs` lists them.", field="run")
    return run


def pairs(words: Iterable[str], option: str) -> dict[str, str]:
    """KEY=VALUE words as a dict; raises ConfigError for a word without "=" and for a key said twice."""
    found: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise ConfigError(f"{option} {word!r} is not of the form key=value.", field=option.lstrip("-"))
        if key in found:
            raise ConfigError(f"{option} says {key} twice.", field=key)
        found[key] = value
    return found


def settings(words: Iterable[str]) -> dict[str, Any]:
    """--set words; a list or an object is written as JSON."""
    return {key: _value(value) for key, value in pairs(words, "--set").items()}


def _value(text: str) -> Any:
    if text[:1] not in ("[", "{"):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def varied(words: Iterable[str]) -> dict[str, list[str]]:
    """--vary words: a key and the values that it takes."""
    return {key: [part.strip() for part in value.split(",")] for key, value in pairs(words, "--vary").items()}


def seeds(text: str | None) -> list[int]:
    """--seeds 0,1,2; raises ConfigError."""
    parts = [part.strip() for part in text.split(",")] if text else []
    if not all(part.isdecimal() and int(part) < LARGEST for part in parts):
        raise ConfigError(
            f"--seeds {text!r}: write whole numbers with commas between, such as 0,1,2.", field="seeds"
        )
    return [int(part) for part in parts]


def uses(words: Iterable[str]) -> dict[str, int]:
    """--use words: the artefact's kind and the number of the run that made it."""
    found = {kind: run for kind, run in pairs(words, "--use").items() if not run.startswith(MAKE)}
    for kind, run in found.items():
        if not run.isdecimal():
            raise ConfigError(
                f"--use {kind}={run}: after = stands the number of a run, or {MAKE}RECIPE.", field="use"
            )
    return {kind: int(run) for kind, run in found.items()}


def makes(words: Iterable[str]) -> dict[str, str]:
    """--use words that name a recipe to make something first: the kind and the recipe's slug."""
    found = pairs(words, "--use")
    return {kind: named.removeprefix(MAKE) for kind, named in found.items() if named.startswith(MAKE)}


def request(**parts: Any) -> LaunchRequest:
    """The launch request; raises ConfigError that names the part that is wrong."""
    try:
        return LaunchRequest(**parts)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0]) if first["loc"] else ""
        raise ConfigError(f"{field}: {first['msg']}.", field=field) from None


def timing(options: dict[str, Any]) -> Timing | None:
    """When the launch is to happen; None for now."""
    zone = options["timezone"]
    if options["at"]:
        return Timing(kind="once", at=_moment(options["at"]), timezone=zone)
    if options["every"]:
        return Timing(kind="every", every_seconds=_period(options["every"]), timezone=zone)
    if options["cron"]:
        return Timing(kind="cron", cron=options["cron"], timezone=zone)
    for name, any_end in (("after", False), ("after_any", True)):
        if options[name] is not None:
            return Timing(kind="after", after_run_id=options[name], after_any=any_end, timezone=zone)
    return None


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(f"--at {text!r} is no time; write it as 2026-12-01T02:00.", field="at") from None


def _period(text: str) -> int:
    match = PERIOD.fullmatch(text.strip())
    if not match:
        raise ConfigError(f"--every {text!r} is no period; write it as 30m, 6h or 1d.", field="every")
    return round(float(match[1]) * SECONDS[match[2]])
