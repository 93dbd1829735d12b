"""The keys of endpoints: from the worker's environment, else from a file that its owner alone can read."""

import os
import re
from pathlib import Path

from django.conf import settings

from experiments.alignment.errors import ConfigError
from experiments.endpoints import EndpointSettings, check_key
from tasks.policies.endpoint_wire import Key

FOLDER = "secrets"
VALUE = re.compile(r"[\x21-\x7e]{4,4096}")


def read_key(endpoint: EndpointSettings) -> Key:
    """The key of an endpoint, checked again for whether it may go there: the environment may have changed.

    Raises ConfigError, which never holds any of the key, where there is none or it cannot be one.
    """
    check_key(endpoint, settings.ENDPOINT_KEYS)
    if not endpoint.key_env:
        return Key("")
    value = (os.environ.get(endpoint.key_env) or _from_file(endpoint.key_env)).strip()
    if not VALUE.fullmatch(value):
        raise ConfigError(
            f"The key in {endpoint.key_env} is none: 4 to 4096 printable letters without spaces.",
            field="key_env",
        )
    return Key(value)


def _from_file(name: str) -> str:
    path = Path(settings.DATA_DIR) / FOLDER / name
    try:
        if path.stat().st_mode & 0o077:
            raise ConfigError(f"{path} can be read by others: chmod 600 it.", field="key_env")
        return path.read_text()
    except (OSError, UnicodeError):
        raise ConfigError(
            f"The worker has no key {name}: set this variable in its environment, or write the key into {path} "
            "with mode 0600, then retry the run.",
            field="key_env",
        ) from None
