"""Forms of signing in, of one-time links and of the team."""

from django import forms

from experiments.models import Role


class SignInForm(forms.Form):
    """Who, and the password."""

    email = forms.EmailField(
        label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "username", "autofocus": True})
    )
    password = forms.CharField(
        max_length=1000, strip=False, widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )


class PasswordForm(forms.Form):
    """A new password, twice."""

    password = forms.CharField(
        label="New password",
        max_length=1000,
        strip=False,
        help_text="At least 10 characters, not a common one.",
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label="The same once more",
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        """Refuses two passwords that differ."""
        again: str = self.cleaned_data["again"]
        if again != self.cleaned_data.get("password"):
            raise forms.ValidationError("The two passwords differ.")
        return again


class FirstAdminForm(PasswordForm):
    """The first admin also says who they are."""

    email = forms.EmailField(
        label="Your e-mail address",
        help_text="You sign in with it; no mail is sent.",
        widget=forms.EmailInput(attrs={"autocomplete": "username"}),
    )
    field_order = ["email", "password", "again"]


class InviteForm(forms.Form):
    """Whom to invite, as what."""

    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    role = forms.ChoiceField(
        choices=Role.choices,
        initial=Role.RESEARCHER,
        help_text="A reviewer reads and reviews; a researcher also launches and imports; "
        "an admin also manages the team.",
    )


class RoleForm(forms.Form):
    """A member's role."""

    role = forms.ChoiceField(choices=Role.choices)
