"""What is wrong with a recipe's settings, as one plain sentence each: which, what was given, what to give instead.

The table goes by the types of pydantic's errors; one that it does not know keeps pydantic's own words in the frame.
"""

import math
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

LONGEST_SHOWN = 40
BOUNDS = ("ge", "gt", "le", "lt")
TOGETHER = "together"
"""The type of an error of the settings as a whole."""
OUT_OF_RANGE = "{place} is {given}, which is out of range; give a value{range}{default}."
NO_NUMBER = "{place} is {given}, which is not a number; give a number{range}{default}."
NOT_WHOLE = "{place} is {given}, which is not a whole number; give a whole number{range}{default}."
NOT_FINITE = "{place} is {given}, which is no finite number; give a number{range}{default}."
NO_CHOICE = "{place} is {given}, which is none of its choices; give {expected}{default}."
NO_SWITCH = "{place} is {given}, which is neither true nor false; give one of the two{default}."
NO_TEXT = "{place} is {given}, which is not a text; give a text{default}."
NO_LIST = "{place} is {given}, which is not a list; give a list such as [1, 2]{default}."
NO_OBJECT = '{place} is {given}, which is not an object; give one such as {{"name": 1}}{default}.'

SENTENCES: dict[str, str] = {
    "greater_than": OUT_OF_RANGE,
    "greater_than_equal": OUT_OF_RANGE,
    "less_than": OUT_OF_RANGE,
    "less_than_equal": OUT_OF_RANGE,
    "multiple_of": "{place} is {given}, which is no multiple of {multiple_of}; give a multiple{range}{default}.",
    "float_parsing": NO_NUMBER,
    "float_type": NO_NUMBER,
    "int_parsing": NOT_WHOLE,
    "int_parsing_size": NOT_WHOLE,
    "int_from_float": NOT_WHOLE,
    "int_type": NOT_WHOLE,
    "finite_number": NOT_FINITE,
    "literal_error": NO_CHOICE,
    "enum": NO_CHOICE,
    "bool_parsing": NO_SWITCH,
    "bool_type": NO_SWITCH,
    "string_type": NO_TEXT,
    "list_type": NO_LIST,
    "tuple_type": NO_LIST,
    "set_type": NO_LIST,
    "dict_type": NO_OBJECT,
    "model_type": NO_OBJECT,
    "string_too_long": "{place} has {length} characters, which is too many; shorten it to {max_length}{default}.",
    "string_too_short": "{place} is {given}, which is too short; give at least {min_length} characters{default}.",
    "too_long": "{place} has {length} entries, which is too many; give at most {max_length}{default}.",
    "too_short": "{place} has {length} entries, which is too few; give at least {min_length}{default}.",
    "missing": "{place} has no value, which this recipe needs; give one.",
    "extra_forbidden": "There is no setting '{place}'; correct its name or leave it out: {known}.",
    TOGETHER: "The settings do not fit together: {error}; change one of them.",
    "value_error": "{place} is {given}, which does not fit: {error}; give another value{default}.",
}
OTHERWISE = "{place} is {given}, which does not fit ({said}); give another value{default}."


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. `field` is the setting it belongs to, "" when it is about them all."""

    field: str
    message: str


def problems_of(config: type[BaseModel], error: ValidationError) -> list[Problem]:
    """Every problem of the settings, in the order of the config, at most one a setting."""
    found: dict[str, Problem] = {}
    for one in error.errors():
        field = str(one["loc"][0]) if one["loc"] else ""
        found.setdefault(field, Problem(field, _sentence(config, one)))
    return list(found.values())


def _sentence(config: type[BaseModel], error: ErrorDetails) -> str:
    path, given = error["loc"], error["input"]
    field = config.model_fields.get(str(path[0])) if path else None
    context = dict(error.get("ctx", {}))
    words = {
        "place": _clipped(".".join(map(str, path))) if path else "The whole of the settings",
        "given": _shown(given),
        "length": len(given) if hasattr(given, "__len__") else "so many",
        "range": _range(context | (_bounds(field) if field and len(path) == 1 else {})),
        "default": _default(field),
        "known": _known(str(path[-1]) if path else "", config),
        "said": error["msg"].rstrip("."),
        "error": str(context.get("error", "")).rstrip("."),
    }
    return SENTENCES.get(_kind(error), OTHERWISE).format_map(context | words)


def _kind(error: ErrorDetails) -> str:
    """Pydantic's type of the error, apart from what it does not tell apart itself."""
    if not error["loc"] and error["type"] == "value_error":
        return TOGETHER
    out_of_range = SENTENCES.get(error["type"]) == OUT_OF_RANGE
    return "finite_number" if out_of_range and _endless(error["input"]) else error["type"]


def _endless(given: Any) -> bool:
    """Whether it means a number that is none, or one without end; pydantic calls both out of range."""
    try:
        return not math.isfinite(float(given))
    except (TypeError, ValueError, OverflowError):
        return False


def _shown(given: Any) -> str:
    try:
        return _clipped(repr(given))
    except (ValueError, RecursionError):
        return "something too large to show"


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST_SHOWN else f"{text[: LONGEST_SHOWN - 1]}\u2026"


def _bounds(field: FieldInfo) -> dict[str, Any]:
    """Both bounds of a setting: an error itself knows only the one that was crossed."""
    found = {key: getattr(part, key, None) for part in field.metadata for key in BOUNDS if hasattr(part, key)}
    return {key: value for key, value in found.items() if value is not None}


def _range(bounds: dict[str, Any]) -> str:
    """Words for what lies between the bounds, with a space before; "" when there is none."""
    if "ge" in bounds and "le" in bounds:
        return f" from {bounds['ge']} to {bounds['le']}"
    words = {"ge": "at least", "gt": "above", "le": "at most", "lt": "below"}
    said = " and ".join(f"{word} {bounds[key]}" for key, word in words.items() if key in bounds)
    return f" {said}" if said else ""


def _default(field: FieldInfo | None) -> str:
    """How to get the default, where there is one."""
    if field is None or field.is_required() or field.default_factory or field.default in (None, ""):
        return ""
    shown = str(field.default).lower() if isinstance(field.default, bool) else _clipped(str(field.default))
    return f", or leave it out for the default, {shown}"


def _known(name: str, config: type[BaseModel]) -> str:
    """The names of the settings; what is spelled nearly as asked comes first."""
    names = list(config.model_fields)
    near = get_close_matches(name[:LONGEST_SHOWN], names, n=3)
    listed = ", ".join([*near, *(other for other in names if other not in near)])
    return f"the settings, closest first, are {listed}" if near else f"the settings are {listed}"
