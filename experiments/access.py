"""Who may call a view. Every view carries exactly one of four marks; middleware.py refuses one without."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.http import HttpRequest

from experiments.models import Role, User

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
SMALL_BODY = 2 * 2**20


def _marked(view: View, access: str) -> View:
    if access_of(view) is not None:
        raise TypeError(f"{view.__name__} carries two access marks; keep one.")
    view.access = access  # type: ignore[attr-defined]
    return view


def public(view: View) -> View:
    """Anybody, signed in or not."""
    return _marked(view, PUBLIC)


def members(view: View) -> View:
    """Any signed-in member of the team: reviewers and everyone above."""
    return _marked(view, Role.REVIEWER)


def researchers(view: View) -> View:
    """Members who may launch, cancel, schedule and import."""
    return _marked(view, Role.RESEARCHER)


def admins(view: View) -> View:
    """Members who may invite, remove and delete what others made."""
    return _marked(view, Role.ADMIN)


def access_of(view: Callable[..., Any]) -> str | None:
    """`public`, the role that the view asks for, or None for a view that nobody marked."""
    return getattr(view, "access", None)


def body_limit(size: int) -> Callable[[View], View]:
    """Lets the body of a view's requests be up to `size` bytes instead of SMALL_BODY."""

    def limited(view: View) -> View:
        view.body_limit = size  # type: ignore[attr-defined]
        return view

    return limited


def body_limit_of(view: Callable[..., Any]) -> int:
    """Bytes that a request to the view may carry."""
    return getattr(view, "body_limit", SMALL_BODY)


def member(request: HttpRequest) -> User:
    """Whoever is signed in; for views that are not public."""
    return cast(User, request.user)
