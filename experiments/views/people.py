"""Signing in and out, and the links by which people come in."""

from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from experiments.access import members, public
from experiments.alignment.errors import PlumblineError
from experiments.forms.people import FirstAdminForm, PasswordForm, SignInForm
from experiments.models import OneTimeLink
from experiments.services import people
from experiments.throttle import Throttle

BY_ADDRESS_AND_PLACE = Throttle(limit=5, window=15 * 60)
BY_PLACE = Throttle(limit=50, window=15 * 60)
BACKEND = "django.contrib.auth.backends.ModelBackend"


@public
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The sign-in page; a correct password leads back to where one came from."""
    if request.user.is_authenticated:
        return redirect(_way_back(request))
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _signed_in(request, form):
        return redirect(_way_back(request))
    return render(request, "people/sign_in.html", {"form": form, "next": _way_back(request)})


def _signed_in(request: HttpRequest, form: SignInForm) -> bool:
    place = request.META.get("REMOTE_ADDR", "")
    pair = f"{place} {form.cleaned_data['email'].lower()}"
    closed = max(BY_ADDRESS_AND_PLACE.seconds_closed(pair), BY_PLACE.seconds_closed(place))
    if closed:
        form.add_error(
            None, f"Too many attempts: try again in {-(-closed // 60)} min, or ask an admin for a link."
        )
        return False
    user = authenticate(request, username=form.cleaned_data["email"], password=form.cleaned_data["password"])
    if user is None:
        BY_ADDRESS_AND_PLACE.failed(pair)
        BY_PLACE.failed(place)
        form.add_error(None, "The address or the password is wrong.")
        return False
    BY_ADDRESS_AND_PLACE.forget(pair)
    login(request, user)
    return True


def _way_back(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    local = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/")
    return wanted if local else "/"


@members
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Ends the session."""
    logout(request)
    return redirect("sign-in")


@public
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def one_time_link(request: HttpRequest, token: str) -> HttpResponse:
    """GET shows a form and changes nothing, because previews follow links; POST consumes the link."""
    link = people.find_link(token)
    if link is None:
        return _secret(render(request, "people/dead_link.html", {"sentence": people.DEAD_LINK}, status=410))
    form = (PasswordForm if link.email else FirstAdminForm)(request.POST or None)
    if request.method == "POST" and form.is_valid() and _accepted(request, form, token):
        return _secret(redirect("home"))
    recover = link.purpose == OneTimeLink.Purpose.RECOVER
    return _secret(
        render(request, "people/one_time_link.html", {"form": form, "link": link, "recover": recover})
    )


def _accepted(request: HttpRequest, form: PasswordForm, token: str) -> bool:
    given = form.cleaned_data
    try:
        member = people.accept(token, given["password"], given.get("email", ""))
    except PlumblineError as error:
        form.add_error(error.field if error.field in form.fields else None, error.message)
        return False
    login(request, member, backend=BACKEND)
    return True


def _secret(response: HttpResponse) -> HttpResponse:
    patch_cache_control(response, private=True, no_store=True)
    # The path, with its token, goes to nobody; "no-referrer" would also blank the Origin that the form is checked by.
    response["Referrer-Policy"] = "strict-origin"
    return response
