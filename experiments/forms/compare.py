"""What a comparison is asked: at which cost, up to how much of it, and which level of gold."""

from typing import Any

from django import forms

from experiments.services.compare import AXES, Axis, find_axis


class BudgetForm(forms.Form):
    """Read from the address bar; an empty one asks for the defaults."""

    axis = forms.ChoiceField(
        label="Equal", choices=[(axis.name, axis.title) for axis in AXES], required=False
    )
    budget = forms.FloatField(
        label="Budget",
        min_value=0,
        required=False,
        help_text="So much of it; empty: the largest within which every recipe has a run that ended.",
    )

    @property
    def asked(self) -> tuple[Axis, float | None]:
        """Axis and budget; the default in place of what is missing or wrong."""
        self.is_valid()
        return find_axis(self.cleaned_data.get("axis") or AXES[0].name), self.cleaned_data.get("budget")


class EqualCostForm(BudgetForm):
    """For lines of runs: also the level whose cost is asked for."""

    level = forms.FloatField(
        label="Level of gold",
        min_value=0,
        max_value=1,
        required=False,
        help_text="Who reaches it for how much; empty: the highest that every line reached.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["budget"].help_text = "So much of it; empty: what the line that ends first has spent."

    @property
    def level_asked(self) -> float | None:
        """None for the default."""
        self.is_valid()
        return self.cleaned_data.get("level")
