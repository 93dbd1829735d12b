"""When a launch that waits is to happen."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django import forms

from experiments.alignment.errors import PlumblineError
from experiments.models import Run, User
from experiments.models.states import ENDED
from experiments.services.schedules import Timing

MOST_RUNS = 50
KINDS = [
    ("once", "At a time"),
    ("every", "Every so many hours"),
    ("cron", "By a cron expression"),
    ("after", "After another run"),
]
NEEDED = {"once": "at", "every": "every_hours", "cron": "cron", "after": "after_run"}
ASKED = {
    "once": "Choose the date and time.",
    "every": "Say how many hours lie between two launches.",
    "cron": "Write five fields, such as 0 3 * * * for every night at three.",
    "after": "Choose the run to wait for.",
}
FIELDS_OF_ERRORS = {"every": "every_hours", "after": "after_run"}


class TimingForm(forms.Form):
    """At a time, every so many hours, by cron or after another run; in the reader's time zone."""

    timing = forms.ChoiceField(label="When", choices=KINDS, initial="once", widget=forms.RadioSelect)
    at = forms.DateTimeField(
        label="Date and time",
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}, "%Y-%m-%dT%H:%M"),
    )
    every_hours = forms.FloatField(
        label="Hours between launches",
        required=False,
        min_value=1 / 60,
        max_value=24 * 366,
        widget=forms.NumberInput({"step": "any"}),
        help_text="A launch is skipped, with the reason, while the one before it still goes.",
    )
    cron = forms.CharField(
        label="Cron expression",
        required=False,
        max_length=120,
        help_text="Minute, hour, day of month, month, day of week: 0 3 * * 1-5 is three at night on working days.",
    )
    after_run = forms.ChoiceField(label="Run to wait for", required=False)
    after_any = forms.ChoiceField(
        label="Start after",
        required=False,
        choices=[("", "its success"), ("any", "any end, a failure too")],
        widget=forms.RadioSelect,
        initial="",
    )
    timezone = forms.CharField(
        label="Time zone",
        initial="UTC",
        max_length=64,
        widget=forms.TextInput({"list": "time-zones", "data-timezone": ""}),
        help_text="The times above are read in this zone, also when clocks change.",
    )

    def __init__(self, user: User, data: Any = None, initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        runs = (
            Run.objects.visible_to(user).exclude(status__in=ENDED).order_by("-id").values_list("id", "name")
        )
        field = self.fields["after_run"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "Choose a run"),
            *((str(pk), f"run {pk} · {name}") for pk, name in runs[:MOST_RUNS]),
        ]

    def clean(self) -> dict[str, Any]:
        """The field that the chosen kind needs must be filled in."""
        cleaned = super().clean() or {}
        kind = cleaned.get("timing", "")
        needed = NEEDED.get(kind)
        if needed and not self.errors.get(needed) and not cleaned.get(needed):
            self.add_error(needed, ASKED[kind])
        return cleaned

    def clean_timezone(self) -> str:
        zone: str = self.cleaned_data["timezone"]
        if zone not in available_timezones():
            raise forms.ValidationError(f"There is no time zone {zone!r}; use a name such as Europe/Berlin.")
        return zone

    def timing_value(self) -> Timing:
        """What was chosen. Call it on a valid form."""
        data = self.cleaned_data
        kind = data["timing"]
        return Timing(
            kind=kind,
            at=self._at() if kind == "once" else None,
            every_seconds=round(data["every_hours"] * 3600) if kind == "every" else None,
            cron=data["cron"] if kind == "cron" else "",
            timezone=data["timezone"],
            after_run_id=int(data["after_run"]) if kind == "after" else None,
            after_any=data["after_any"] == "any",
        )

    def _at(self) -> datetime:
        """The clock time that was typed, in the zone that was chosen and not in the server's."""
        at: datetime = self.cleaned_data["at"]
        return at.replace(tzinfo=ZoneInfo(self.cleaned_data["timezone"]))

    def refuse(self, error: PlumblineError) -> bool:
        """Puts a refusal beside its field; False when it is about none of them."""
        name = FIELDS_OF_ERRORS.get(error.field or "", error.field or "")
        if name not in self.fields:
            return False
        self.add_error(name, error.message)
        return True


def zones() -> list[str]:
    """Every time zone by name."""
    return sorted(available_timezones())
