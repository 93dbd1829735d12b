"""The import form of data sets."""

from typing import Any

from django import forms

from experiments.alignment.errors import PlumblineError
from experiments.alignment.verifiers import VERIFIER_NAMES
from experiments.services.import_options import ImportOptions, read_mapping

TEXT = {"autocomplete": "off", "spellcheck": "false"}
VERIFIER_WORDS = {
    "number": "number: the last number of the answer",
    "exact": "exact: the whole answer, word for word",
    "label": "label: one of a few labels",
    "rule": "rule: a format rule that code checks",
    "python-tests": "python-tests: a program that must pass its tests, in a sandbox",
    "none": "none: people or judges decide",
}


class ImportForm(forms.Form):
    """A file, what it is called, and how its rows become tasks."""

    name = forms.CharField(
        max_length=120,
        help_text="An existing name makes a new version of that data set.",
        widget=forms.TextInput(attrs=TEXT),
    )
    file = forms.FileField(
        label="File",
        allow_empty_file=True,
        help_text="JSONL, CSV or Parquet; one row is one task.",
        widget=forms.FileInput(attrs={"accept": ".jsonl,.json,.ndjson,.csv,.parquet"}),
    )
    verifier = forms.ChoiceField(
        choices=[(name, VERIFIER_WORDS.get(name, name)) for name in ("none", *VERIFIER_NAMES[:-1])],
        initial="none",
        help_text="Decides by code whether an answer is right.",
    )
    train = forms.FloatField(min_value=0, max_value=1, initial=0.8, help_text="Share that runs learn from.")
    probe = forms.FloatField(
        min_value=0, max_value=1, initial=0.1, help_text="Measured after every iteration."
    )
    gold = forms.FloatField(
        min_value=0, max_value=1, initial=0.1, help_text="Held out: measured, decides nothing."
    )
    seed = forms.IntegerField(
        min_value=0, max_value=2**31 - 1, initial=0, help_text="Another seed gives another split."
    )
    mapping = forms.CharField(
        label="Columns",
        required=False,
        help_text="One a line, field=column, such as prompt=question.",
        widget=forms.Textarea(attrs={"rows": 3, **TEXT}),
    )
    title = forms.CharField(max_length=200, required=False)
    licence = forms.CharField(max_length=120, required=False)
    source = forms.CharField(max_length=300, required=False, help_text="Where it comes from.")

    def clean(self) -> dict[str, Any]:
        """Turns the shares and the columns into options; what is wrong is told beside its field."""
        given = super().clean() or self.cleaned_data
        if self.errors:
            return given
        try:
            shares = {split: given[split] for split in ("train", "probe", "gold")}
            mapping = read_mapping(given["mapping"].splitlines())
            given["options"] = ImportOptions(
                verifier=given["verifier"], shares=shares, seed=given["seed"], mapping=mapping
            )
            given["options"].check()
        except PlumblineError as error:
            self.add_error(
                {"split": "train", "map": "mapping"}.get(error.field or "", error.field), error.message
            )
        return given
