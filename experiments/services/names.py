"""What models and data sets may be called: names stand in commands and addresses, so they are plain words."""

import re

from experiments.alignment.errors import ConfigError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")


def check_name(name: str) -> str:
    """The name itself. Raises ConfigError for one that a command could not carry."""
    if not NAME.fullmatch(name):
        raise ConfigError(
            f"{name[:130]!r} cannot be a name: use at most 120 letters, digits, dots, dashes, underscores.",
            field="name",
        )
    return name
