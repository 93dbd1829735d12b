"""Contrast of the colour tokens in both themes, by the WCAG 2 formula: text 4.5 : 1, marks 3 : 1."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TOKENS = Path(__file__).parents[2] / "static/css/tokens.css"
PAIR = re.compile(r"--([\w-]+):\s*light-dark\((#[0-9a-f]{6}),\s*(#[0-9a-f]{6})\)")
COLOURS = {name: {"light": light, "dark": dark} for name, light, dark in PAIR.findall(TOKENS.read_text())}

TEXT_ON = [
    *[(ink, ground) for ink in ("ink", "muted", "accent") for ground in ("bg", "panel", "soft")],
    *[
        (tone, ground)
        for tone in ("good", "bad", "warn")
        for ground in ("bg", "panel", "soft", f"{tone}-soft")
    ],
    *[("ink", f"{tone}-soft") for tone in ("good", "bad", "warn")],
    ("on-accent", "accent"),
    *[(f"series-{number}", ground) for number in range(1, 9) for ground in ("bg", "panel")],
]
MARKS_ON = [("edge", "panel"), ("edge", "bg"), ("accent", "line")]


def luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula_gives_21_for_black_on_white() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("ink", "ground"), TEXT_ON)
def test_text_can_be_read(theme: str, ink: str, ground: str) -> None:
    assert contrast(COLOURS[ink][theme], COLOURS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("mark", "ground"), MARKS_ON)
def test_edges_of_inputs_and_bars_can_be_seen(theme: str, mark: str, ground: str) -> None:
    assert contrast(COLOURS[mark][theme], COLOURS[ground][theme]) >= 3


def test_the_style_sheets_name_no_colour_outside_the_tokens() -> None:
    sheets = [sheet for sheet in TOKENS.parent.glob("*.css") if sheet != TOKENS]
    assert sheets
    for sheet in sheets:
        assert not re.findall(r"#[0-9a-fA-F]{3,8}\b", sheet.read_text()), sheet.name


def test_every_token_that_the_style_sheets_use_exists() -> None:
    defined = set(re.findall(r"(--[\w-]+):", TOKENS.read_text()))
    for sheet in TOKENS.parent.glob("*.css"):
        assert set(re.findall(r"var\((--[\w-]+)", sheet.read_text())) <= defined, sheet.name
