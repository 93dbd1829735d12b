"""The team page, for an admin, a colleague and a stranger."""

import pytest
from django.test import Client
from django.urls import reverse

from experiments.alignment.errors import ConfigError
from experiments.models import OneTimeLink, User
from experiments.services import people
from tests.support.factories import make_run, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client: Client) -> User:
    user = make_user("admin", "root@example.org", "long enough word")
    client.force_login(user)
    return user


def test_a_stranger_sees_no_team(client: Client) -> None:
    assert client.get(reverse("team")).status_code == 302


def test_a_reviewer_sees_the_team_but_no_verbs(client: Client, admin: User) -> None:
    client.force_login(make_user("reviewer"))
    page = client.get(reverse("team")).content.decode()
    assert "root@example.org" in page
    assert reverse("team-invite") not in page
    assert reverse("team-remove", args=[admin.pk]) not in page


def test_an_invitation_shows_its_link_once_and_stays_listed(client: Client, admin: User) -> None:
    response = client.post(reverse("team-invite"), {"email": "bo@example.org", "role": "researcher"})
    assert "no-store" in response["Cache-Control"]
    assert "http://testserver/link/" in response.content.decode()
    page = client.get(reverse("team")).content.decode()
    assert "bo@example.org" in page
    assert "http://testserver/link/" not in page
    assert OneTimeLink.objects.get().created_by == admin


def test_an_impossible_invitation_keeps_what_was_typed(client: Client, admin: User) -> None:
    response = client.post(reverse("team-invite"), {"email": "not an address", "role": "researcher"})
    assert response.status_code == 422
    assert 'value="not an address"' in response.content.decode()
    again = client.post(reverse("team-invite"), {"email": "root@example.org", "role": "reviewer"})
    assert "is a member already" in again.content.decode()
    assert not OneTimeLink.objects.exists()


def test_a_second_invitation_replaces_the_first(admin: User) -> None:
    first = people.invite("bo@example.org", "reviewer", admin)
    people.invite("bo@example.org", "researcher", admin)
    assert people.find_link(first.split("/")[2]) is None
    assert people.open_links().count() == 1


def test_an_admin_changes_a_role(client: Client, admin: User) -> None:
    member = make_user("reviewer")
    client.post(reverse("team-role", args=[member.pk]), {"role": "researcher"})
    member.refresh_from_db()
    assert member.role == "researcher"
    client.post(reverse("team-role", args=[member.pk]), {"role": "boss"})
    member.refresh_from_db()
    assert member.role == "researcher"


def test_the_last_admin_can_be_neither_demoted_nor_removed(client: Client, admin: User) -> None:
    make_user("admin", is_active=False)
    page = client.post(
        reverse("team-role", args=[admin.pk]), {"role": "reviewer"}, follow=True
    ).content.decode()
    assert "is the only admin" in page
    page = client.post(reverse("team-remove", args=[admin.pk]), follow=True).content.decode()
    assert "is the only admin" in page
    admin.refresh_from_db()
    assert (admin.role, admin.is_active) == ("admin", True)


def test_one_of_two_admins_can_go(admin: User) -> None:
    people.remove_member(make_user("admin"))
    with pytest.raises(ConfigError, match="only admin"):
        people.remove_member(admin)


def test_removing_a_member_ends_their_session_and_keeps_their_runs(client: Client, admin: User) -> None:
    member = make_user("researcher", password="long enough word")
    run = make_run(member, traces=False)
    theirs = Client()
    theirs.force_login(member)
    client.post(reverse("team-remove", args=[member.pk]))
    assert theirs.get(reverse("team")).status_code == 302
    run.refresh_from_db()
    assert run.created_by == member


def test_an_admin_makes_a_sign_in_link_for_a_member(client: Client, admin: User) -> None:
    member = make_user("reviewer")
    page = client.post(reverse("team-link", args=[member.pk])).content.decode()
    assert "http://testserver/link/" in page
    assert OneTimeLink.objects.get().purpose == "recover"


def test_the_page_takes_the_same_queries_for_many_members(
    client: Client, admin: User, django_assert_max_num_queries: object
) -> None:
    for _ in range(20):
        make_user("reviewer")
        people.invite(f"new{_}@example.org", "reviewer", admin)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        client.get(reverse("team"))
