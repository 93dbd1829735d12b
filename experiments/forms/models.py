"""The forms by which models come into the library from a browser."""

from typing import Any

from django import forms
from django.conf import settings

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


class EndpointForm(forms.Form):
    """An OpenAI-compatible server. Which keys there are, and where they may go, the operator says."""

    kind = forms.CharField(widget=forms.HiddenInput, initial="endpoint")
    name = forms.CharField(max_length=120, help_text="What runs call it.", widget=forms.TextInput(attrs=TEXT))
    endpoint = forms.CharField(
        label="Address",
        max_length=300,
        help_text="Such as https://api.example.com/v1; what follows, /chat/completions, is added.",
        widget=forms.TextInput(attrs=TEXT),
    )
    endpoint_model = forms.CharField(
        label="Model there",
        max_length=200,
        help_text="The model's id on that server. What runs behind it is not pinned.",
        widget=forms.TextInput(attrs=TEXT),
    )
    key_env = forms.ChoiceField(
        label="Key",
        required=False,
        help_text="A variable of the worker. An operator names it, and the hosts it may go to, in ENDPOINT_KEYS.",
    )
    requests_per_minute = forms.IntegerField(
        required=False, min_value=1, max_value=1_000_000, help_text="From all workers together."
    )
    tokens_per_minute = forms.IntegerField(
        required=False, min_value=1, max_value=10**12, help_text="From all workers together."
    )
    price_in = forms.FloatField(
        label="Price of a million tokens read", required=False, min_value=0, max_value=1e6
    )
    price_out = forms.FloatField(
        label="Price of a million tokens written", required=False, min_value=0, max_value=1e6
    )
    cost_cap = forms.FloatField(
        label="Cost cap",
        required=False,
        min_value=0,
        max_value=1e9,
        help_text="What all runs may spend on it, in the currency of the prices. An administrator can raise it.",
    )

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        names = [(name, f"{name} (for {', '.join(hosts)})") for name, hosts in settings.ENDPOINT_KEYS.items()]
        self.fields["key_env"].choices = [("", "none"), *names]  # type: ignore[attr-defined]

    def settings(self) -> dict[str, Any]:
        """The endpoint's settings, without those left empty."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        renamed = {"url": given.pop("endpoint"), "model": given.pop("endpoint_model")}
        return renamed | {name: value for name, value in given.items() if name not in ("kind", "name")}


class CapForm(forms.Form):
    """What an endpoint may cost in all; empty lifts the cap."""

    cost_cap = forms.FloatField(
        label="Cost cap",
        required=False,
        min_value=0,
        max_value=1e9,
        help_text="Of all runs together. A run that it ended can be retried once it is raised; empty lifts it.",
    )
