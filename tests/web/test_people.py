"""Signing in and out, and one-time links."""

import hashlib
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from experiments.alignment.errors import ConfigError
from experiments.models import OneTimeLink, User
from experiments.services import people
from experiments.views.people import BY_ADDRESS_AND_PLACE, BY_PLACE
from tests.support.factories import make_user

PASSWORD = "a quiet instrument"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_failed_yet() -> None:
    BY_ADDRESS_AND_PLACE.clear()
    BY_PLACE.clear()


def test_a_member_signs_in_by_address_in_any_case_and_goes_where_they_wanted(client: Client) -> None:
    make_user("reviewer", "ada@example.org", PASSWORD)
    given = {"email": "Ada@Example.org", "password": PASSWORD, "next": "/team/"}
    assert client.post(reverse("sign-in"), given)["Location"] == "/team/"
    assert client.get("/team/").status_code == 200


def test_a_wrong_password_and_an_unknown_address_get_the_same_answer(client: Client) -> None:
    make_user("reviewer", "ada@example.org", PASSWORD)
    answers = [
        client.post(reverse("sign-in"), {"email": email, "password": "wrong"}).content.decode()
        for email in ("ada@example.org", "nobody@example.org")
    ]
    assert all("The address or the password is wrong." in answer for answer in answers)


def test_five_wrong_passwords_close_the_address_from_that_place_even_for_the_right_one(
    client: Client,
) -> None:
    make_user("reviewer", "ada@example.org", PASSWORD)
    for _ in range(5):
        client.post(reverse("sign-in"), {"email": "ada@example.org", "password": "wrong"})
    response = client.post(reverse("sign-in"), {"email": "ada@example.org", "password": PASSWORD})
    assert "Too many attempts: try again in 15 min" in response.content.decode()
    elsewhere = Client(REMOTE_ADDR="192.0.2.7")
    assert (
        elsewhere.post(reverse("sign-in"), {"email": "ada@example.org", "password": PASSWORD}).status_code
        == 302
    )


def test_a_removed_member_cannot_sign_in(client: Client) -> None:
    make_user("reviewer", "ada@example.org", PASSWORD, is_active=False)
    response = client.post(reverse("sign-in"), {"email": "ada@example.org", "password": PASSWORD})
    assert "The address or the password is wrong." in response.content.decode()


def test_signing_out_takes_a_post(client: Client) -> None:
    client.force_login(make_user("reviewer"))
    assert client.get(reverse("sign-out")).status_code == 405
    assert client.post(reverse("sign-out"))["Location"] == reverse("sign-in")
    assert client.get(reverse("team")).status_code == 302


def test_the_first_admin_comes_in_by_a_fresh_link_and_then_none_is_given(client: Client) -> None:
    old = people.first_admin_link()
    link = people.first_admin_link()
    assert old is not None
    assert link is not None
    assert client.get(old).status_code == 410
    given = {"email": "First@example.org", "password": PASSWORD, "again": PASSWORD}
    assert client.post(link, given)["Location"] == "/"
    assert User.objects.get().email == "first@example.org"
    assert User.objects.get().role == "admin"
    assert client.get(reverse("team")).status_code == 200
    assert people.first_admin_link() is None


def test_looking_at_a_link_changes_nothing_and_is_kept_nowhere(client: Client) -> None:
    link = people.invite("bo@example.org", "researcher", None)
    for _ in range(3):
        response = client.get(link)
        assert response.status_code == 200
    assert response["Referrer-Policy"] == "strict-origin"
    assert "no-store" in response["Cache-Control"]
    assert OneTimeLink.objects.get().used_at is None


def test_an_invitation_works_once_and_gives_the_role_it_names(client: Client) -> None:
    link = people.invite("bo@example.org", "researcher", None)
    given = {"password": PASSWORD, "again": PASSWORD, "email": "other@example.org", "role": "admin"}
    assert client.post(link, given).status_code == 302
    member = User.objects.get()
    assert (member.email, member.role) == ("bo@example.org", "researcher")
    assert Client().post(link, given).status_code == 410


def test_only_the_hash_of_a_token_is_stored() -> None:
    token = people.invite("bo@example.org", "researcher", None).split("/")[2]
    assert OneTimeLink.objects.get().token_sha256 == hashlib.sha256(token.encode()).hexdigest()


def test_a_password_that_cannot_be_used_leaves_the_link_alive(client: Client) -> None:
    link = people.invite("bo@example.org", "reviewer", None)
    response = client.post(link, {"password": "1234567890", "again": "1234567890"})
    assert response.status_code == 200
    assert "entirely numeric" in response.content.decode()
    assert (
        "The two passwords differ."
        in client.post(link, {"password": PASSWORD, "again": "x"}).content.decode()
    )
    assert client.post(link, {"password": PASSWORD, "again": PASSWORD}).status_code == 302


def test_an_expired_link_is_dead(client: Client) -> None:
    link = people.invite("bo@example.org", "reviewer", None)
    OneTimeLink.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client.get(link).status_code == 410
    with pytest.raises(ConfigError, match="expired"):
        people.accept(link.split("/")[2], PASSWORD)
    assert not User.objects.exists()


def test_of_two_who_consume_a_link_at_once_one_comes_in(monkeypatch: pytest.MonkeyPatch) -> None:
    token = people.invite("bo@example.org", "reviewer", None).split("/")[2]
    seen_alive = people.find_link(token)
    people.accept(token, PASSWORD)
    monkeypatch.setattr(people, "find_link", lambda _: seen_alive)
    with pytest.raises(ConfigError, match="used, replaced or has expired"):
        people.accept(token, "another good password")
    assert User.objects.get().check_password(PASSWORD)


def test_a_recovery_link_sets_a_new_password_and_ends_other_sessions(client: Client) -> None:
    member = make_user("reviewer", "ada@example.org", PASSWORD)
    client.force_login(member)
    link = people.recovery_link("ada@example.org")
    assert (
        Client().post(link, {"password": "another good word", "again": "another good word"}).status_code
        == 302
    )
    assert client.get(reverse("team")).status_code == 302
    member.refresh_from_db()
    assert member.check_password("another good word")
    assert member.role == "reviewer"


def test_a_removed_member_comes_back_by_invitation_alone() -> None:
    make_user("admin", "root@example.org", PASSWORD)
    member = make_user("researcher", "ada@example.org", PASSWORD)
    stale = people.recovery_link("ada@example.org")
    people.remove_member(member)
    with pytest.raises(ConfigError):
        people.accept(stale.split("/")[2], PASSWORD)
    with pytest.raises(ConfigError, match="no member"):
        people.recovery_link("ada@example.org")
    people.accept(people.invite("ada@example.org", "reviewer", None).split("/")[2], PASSWORD)
    member.refresh_from_db()
    assert member.is_active
    assert member.role == "reviewer"


@pytest.mark.parametrize(
    ("email", "role", "field"), [("x", "reviewer", "email"), ("x@example.org", "boss", "role")]
)
def test_an_invitation_that_cannot_be_names_its_field(email: str, role: str, field: str) -> None:
    with pytest.raises(ConfigError) as refused:
        people.invite(email, role, None)
    assert refused.value.field == field
    assert not OneTimeLink.objects.exists()
