"""People's and models' words inside the cards that go with an export: one line, without a meaning of their own."""

from __future__ import annotations

import json

SPECIAL = "\\`*_[]<>#|&!~$@"
LICENCES = (
    "apache-2.0", "mit", "bsd-2-clause", "bsd-3-clause", "cc0-1.0", "cc-by-4.0", "cc-by-sa-4.0", "cc-by-nc-4.0",
    "openrail", "gpl-3.0", "lgpl-3.0", "mpl-2.0", "odc-by", "unlicense", "llama3", "llama3.1", "llama3.2", "gemma",
)  # fmt: skip
"""Names that model hubs know; their whole list is longer."""
UNKNOWN = "unknown"


def plain(text: str) -> str:
    """Words without a meaning in Markdown or HTML; "unknown" for none."""
    escaped = "".join(f"\\{c}" if c in SPECIAL else c for c in one_line(text))
    return escaped or UNKNOWN


def quoted(text: str) -> str:
    """The words as a YAML string: JSON's strings are YAML's too."""
    return json.dumps(one_line(text), ensure_ascii=True)


def one_line(text: str) -> str:
    """Every run of spaces, line ends and unprintable characters is one space."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def licence_header(licence: str) -> list[str]:
    """The header's lines for a licence as it was typed in; none for one that nobody named."""
    name = one_line(licence)
    if not name:
        return []
    if name.lower() in LICENCES:
        return [f"license: {name.lower()}"]
    return ["license: other", f"license_name: {quoted(name)}"]


def table(head: list[str], rows: list[list[str]]) -> list[str]:
    """A table's lines; its cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]
