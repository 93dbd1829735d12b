"""Deny by default: every address, method and reader."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.urls.converters import get_converters

from experiments.access import PUBLIC, SMALL_BODY, access_of, admins, members
from experiments.middleware import AccessMiddleware
from tests.support.factories import make_user

METHODS = ("get", "head", "post", "put", "patch", "delete", "options")
SAMPLES = {
    "int": "987654",
    "str": "unknown",
    "slug": "unknown",
    "uuid": "00000000-0000-0000-0000-000000000000",
}
RANK = {PUBLIC: 0, "reviewer": 1, "researcher": 2, "admin": 3}
ROLES = ("reviewer", "researcher", "admin")

pytestmark = pytest.mark.django_db


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    """Every pattern of the project, those of included modules too."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry)
        else:
            yield entry


def address(pattern: URLPattern) -> str:
    """An address that the pattern matches; what it names does not exist."""
    kinds = {type(converter): name for name, converter in get_converters().items()}
    given = {name: SAMPLES[kinds[type(converter)]] for name, converter in pattern.pattern.converters.items()}
    return reverse(pattern.name, kwargs=given)


ALL = sorted(patterns(), key=lambda pattern: str(pattern.pattern))


def test_every_view_says_who_may_call_it() -> None:
    unmarked = [str(pattern.pattern) for pattern in ALL if access_of(pattern.callback) not in RANK]
    assert not unmarked


def test_only_these_pages_are_public() -> None:
    public = {pattern.name for pattern in ALL if access_of(pattern.callback) == PUBLIC}
    assert public == {"healthz", "sign-in", "one-time-link"}


@pytest.mark.parametrize("pattern", ALL, ids=lambda pattern: pattern.name)
def test_a_stranger_is_led_to_the_sign_in_page_with_every_method(client: Client, pattern: URLPattern) -> None:
    if access_of(pattern.callback) == PUBLIC:
        return
    for method in METHODS:
        response = getattr(client, method)(address(pattern))
        assert response.status_code == 302, method
        assert response["Location"].startswith(reverse("sign-in")), method


@pytest.mark.parametrize("role", ROLES)
def test_a_role_below_what_a_view_asks_for_is_refused_with_every_method(client: Client, role: str) -> None:
    client.force_login(make_user(role))
    for pattern in ALL:
        too_low = RANK[role] < RANK[access_of(pattern.callback) or "admin"]
        for method in METHODS:
            response = getattr(client, method)(address(pattern)) if too_low or method == "get" else None
            if response is not None:
                assert (response.status_code == 403) == too_low, (method, pattern.name)


@pytest.mark.parametrize("role", ROLES)
def test_no_page_fails_for_what_does_not_exist(client: Client, role: str) -> None:
    client.force_login(make_user(role))
    for pattern in ALL:
        assert client.get(address(pattern)).status_code < 500, pattern.name


def test_verbs_are_refused_without_a_csrf_token() -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("admin"))
    verbs = [pattern for pattern in ALL if access_of(pattern.callback) != PUBLIC]
    assert {client.post(address(pattern)).status_code for pattern in verbs} == {403}


def test_a_removed_member_is_a_stranger_at_once(client: Client) -> None:
    user = make_user("admin")
    client.force_login(user)
    assert client.get(reverse("team")).status_code == 200
    type(user).objects.filter(pk=user.pk).update(is_active=False)
    assert client.get(reverse("team")).status_code == 302


def test_an_unmarked_view_is_closed_even_for_an_admin(rf: RequestFactory) -> None:
    from django.core.exceptions import PermissionDenied

    def view(request: HttpRequest) -> HttpResponse:
        return HttpResponse("open")

    request = rf.get("/")
    request.user = make_user("admin")
    with pytest.raises(PermissionDenied, match="nothing says who may open it"):
        AccessMiddleware(lambda _: HttpResponse()).process_view(request, view, (), {})


def test_a_view_cannot_carry_two_marks() -> None:
    with pytest.raises(TypeError, match="two access marks"):
        admins(members(lambda request: HttpResponse()))


class Unread(BytesIO):
    """A body that must not be read."""

    def read(self, *args: object) -> bytes:
        raise AssertionError("the body was read")


def test_the_body_of_a_strangers_request_is_never_read(client: Client) -> None:
    response = client.generic(
        "POST", reverse("dataset-import"), b"", content_type="multipart/form-data; boundary=x",
        **{"wsgi.input": Unread(), "CONTENT_LENGTH": "20000000"},
    )  # fmt: skip
    assert response.status_code == 302


def test_the_body_of_a_reviewers_upload_is_never_read(client: Client) -> None:
    client.force_login(make_user("reviewer"))
    response = client.generic(
        "POST", reverse("dataset-import"), b"", content_type="multipart/form-data; boundary=x",
        **{"wsgi.input": Unread(), "CONTENT_LENGTH": "20000000"},
    )  # fmt: skip
    assert response.status_code == 403


def test_a_body_above_the_limit_is_refused_unread(client: Client) -> None:
    client.force_login(make_user("admin"))
    response = client.generic(
        "POST", reverse("team-invite"), b"", content_type="application/x-www-form-urlencoded",
        **{"wsgi.input": Unread(), "CONTENT_LENGTH": str(SMALL_BODY + 1)},
    )  # fmt: skip
    assert response.status_code == 413
    assert "larger than the 2 MB" in response.content.decode()


def test_htmx_is_sent_to_the_sign_in_page_and_back_to_the_page_it_was_on(client: Client) -> None:
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/team/?a=b"}
    response = client.get(reverse("home"), {"part": "live"}, headers=headers)
    assert response.status_code == 401
    assert response["HX-Redirect"] == "/sign-in/?next=%2Fteam%2F%3Fa%3Db"


def test_the_way_back_after_signing_in_never_leads_to_another_site(client: Client) -> None:
    make_user("reviewer", "me@example.org", "long enough word")
    given = {"email": "me@example.org", "password": "long enough word", "next": "https://evil.example/"}
    assert client.post(reverse("sign-in"), given)["Location"] == "/"


def test_pages_are_private_and_vary_by_reader_and_fragment(client: Client) -> None:
    client.force_login(make_user("reviewer"))
    response = client.get(reverse("team"))
    assert response["Cache-Control"] == "private, no-cache"
    assert {"Cookie", "HX-Request"} <= {part.strip() for part in response["Vary"].split(",")}


def test_the_menu_shows_only_rooms_that_exist_and_marks_the_current_one(client: Client) -> None:
    client.force_login(make_user("reviewer"))
    page = client.get(reverse("team")).content.decode()
    assert page.count('aria-current="page"') == 1
    for name in ("home", "run-list", "model-list", "dataset-list", "storage", "worker-list"):
        assert f'href="{reverse(name)}"' in page
