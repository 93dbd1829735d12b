"""Settings that are texts of their own: a large field, and what was typed keeps its lines."""

from django import forms

from experiments.alignment.registry import get_recipe
from experiments.forms.settings_fields import settings_of


def test_a_long_text_has_a_large_field_and_no_default_in_its_help() -> None:
    fields = {setting.name: setting for setting in settings_of(get_recipe("context-distillation"))}
    assert isinstance(fields["context"].field().widget, forms.Textarea)
    assert fields["context"].help_line.endswith("system message.")
    assert isinstance(fields["samples"].field().widget, forms.NumberInput)


def test_lines_typed_in_a_browser_end_as_they_do_elsewhere() -> None:
    fields = {setting.name: setting for setting in settings_of(get_recipe("context-distillation"))}
    assert fields["context"].read("one\r\ntwo") == "one\ntwo"
