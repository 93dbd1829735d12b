"""The forms by which models come into the library from a browser."""

from typing import Any

from django import forms

TEXT = {"autocomplete": "off", "spellcheck": "false"}


class HubModelForm(forms.Form):
    """A model of the Hugging Face hub."""

    kind = forms.CharField(widget=forms.HiddenInput, initial="hub")
    name = forms.CharField(max_length=120, help_text="What runs call it.", widget=forms.TextInput(attrs=TEXT))
    hub = forms.CharField(
        label="Id on the hub",
        max_length=200,
        help_text="Such as HuggingFaceTB/SmolLM2-135M-Instruct. Its weights are fetched, its code is not.",
        widget=forms.TextInput(attrs=TEXT),
    )
    licence = forms.CharField(max_length=120, required=False, widget=forms.TextInput(attrs=TEXT))


class ScriptedModelForm(forms.Form):
    """A simulated model."""

    kind = forms.CharField(widget=forms.HiddenInput, initial="scripted")
    name = forms.CharField(max_length=120, help_text="What runs call it.", widget=forms.TextInput(attrs=TEXT))
    skill = forms.FloatField(
        min_value=0,
        max_value=1,
        initial=0.3,
        help_text="Chance of a right answer before any training, 0 to 1.",
    )
    judge_noise = forms.FloatField(
        label="Judge's noise",
        min_value=0,
        max_value=10,
        initial=0.0,
        help_text="Spread of its scores when it judges.",
    )
    delay_seconds = forms.FloatField(
        label="Delay",
        min_value=0,
        max_value=60,
        initial=0.0,
        help_text="Seconds that each answer and training step takes.",
    )

    def script(self) -> dict[str, Any]:
        """The script's settings."""
        return {name: self.cleaned_data[name] for name in ("skill", "judge_noise", "delay_seconds")}
