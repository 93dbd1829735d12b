"""The team: who belongs to it, as what, and who was invited."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.http import require_POST, require_safe

from experiments.access import admins, member, members
from experiments.alignment.errors import PlumblineError
from experiments.forms.people import InviteForm, RoleForm
from experiments.models import OneTimeLink, User
from experiments.services import people


def _page(request: HttpRequest, form: InviteForm, status: int = 200, **more: str) -> HttpResponse:
    team = User.objects.filter(is_active=True).order_by("email")
    invited = people.open_links().filter(purpose=OneTimeLink.Purpose.INVITE).exclude(email="")
    context = {
        "form": form,
        "team": team,
        "roles": form.fields["role"].choices,  # type: ignore[attr-defined]
        "invited": invited.select_related("created_by").order_by("email"),
    }
    return render(request, "team/team.html", context | more, status=status)


@members
@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Members and open invitations; admins see what they may do."""
    return _page(request, InviteForm())


@admins
@require_POST
def team_invite(request: HttpRequest) -> HttpResponse:
    """Makes an invitation and shows its link, this once."""
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        path = people.invite(form.cleaned_data["email"], form.cleaned_data["role"], member(request))
    except PlumblineError as error:
        form.add_error(error.field, error.message)
        return _page(request, form, status=422)
    return _with_link(request, path, form.cleaned_data["email"], "7 days")


@admins
@require_POST
def team_link(request: HttpRequest, pk: int) -> HttpResponse:
    """Makes a link by which a member sets a new password, and shows it, this once."""
    person = get_object_or_404(User, pk=pk, is_active=True)
    path = people.recovery_link(person.email, member(request))
    return _with_link(request, path, person.email, "24 hours")


def _with_link(request: HttpRequest, path: str, email: str, lasts: str) -> HttpResponse:
    response = _page(
        request, InviteForm(), link=request.build_absolute_uri(path), link_for=email, link_lasts=lasts
    )
    patch_cache_control(response, private=True, no_store=True)
    return response


@admins
@require_POST
def team_role(request: HttpRequest, pk: int) -> HttpResponse:
    """Gives a member another role."""
    person = get_object_or_404(User, pk=pk, is_active=True)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            people.change_role(person, form.cleaned_data["role"])
            messages.success(request, f"{person.email} is {form.cleaned_data['role']} now.")
        except PlumblineError as error:
            messages.error(request, error.message)
    else:
        messages.error(request, "Choose one of the roles.")
    return redirect("team")


@admins
@require_POST
def team_remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ends a member's access."""
    person = get_object_or_404(User, pk=pk, is_active=True)
    try:
        people.remove_member(person)
        messages.success(request, f"{person.email} is no longer a member; their runs and reviews stay.")
    except PlumblineError as error:
        messages.error(request, error.message)
    return redirect("team")
