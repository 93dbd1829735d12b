"""How people come in, change and leave: one-time links, roles, removal."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from experiments.alignment.errors import ConfigError
from experiments.models import OneTimeLink, Role, User

INVITE_LASTS = timedelta(days=7)
RECOVERY_LASTS = timedelta(hours=24)
DEAD_LINK = "This link was used, replaced or has expired: ask an admin of the team for a new one."


def first_admin_link() -> str | None:
    """The path of a fresh link by which the first admin comes in; None once an admin has a password.

    Earlier unused ones stop working, so that only the last line that was printed counts.
    """
    if _admins().exclude(password__startswith=UNUSABLE_PASSWORD_PREFIX).exists():
        return None
    open_links().filter(email="").update(expires_at=timezone.now())
    return _make_link(OneTimeLink.Purpose.INVITE, "", Role.ADMIN, INVITE_LASTS, None)


def invite(email: str, role: str, by: User | None) -> str:
    """The path of an invitation. Earlier ones to the same address stop working. Raises ConfigError."""
    address = _address(email)
    if role not in Role.values:
        raise ConfigError(f"{role!r} is no role; choose one of {', '.join(Role.values)}.", field="role")
    if User.objects.filter(email=address, is_active=True).exists():
        raise ConfigError(
            f"{address} is a member already; make a sign-in link if the password is lost.", field="email"
        )
    open_links().filter(email=address).update(expires_at=timezone.now())
    return _make_link(OneTimeLink.Purpose.INVITE, address, role, INVITE_LASTS, by)


def recovery_link(email: str, by: User | None = None) -> str:
    """The path of a link by which a member sets a new password. Raises ConfigError for a stranger."""
    address = _address(email)
    member = User.objects.filter(email=address, is_active=True).first()
    if member is None:
        raise ConfigError(f"{address} is no member of the team; invite the address first.", field="email")
    open_links().filter(email=address).update(expires_at=timezone.now())
    return _make_link(OneTimeLink.Purpose.RECOVER, address, member.role, RECOVERY_LASTS, by)


def open_links() -> QuerySet[OneTimeLink]:
    """Links that still work."""
    return OneTimeLink.objects.filter(used_at=None, expires_at__gt=timezone.now())


def find_link(token: str) -> OneTimeLink | None:
    """The link behind a token while it works."""
    return open_links().filter(token_sha256=_hash(token)).first()


def accept(token: str, password: str, email: str = "") -> User:
    """Consumes a link and sets the password of the member it is for, who may be new.

    `email` counts only for the first admin's link, which names nobody. Raises ConfigError, with the field,
    and leaves the link as it was when the password or the address cannot be used.
    """
    link = find_link(token)
    if link is None:
        raise ConfigError(DEAD_LINK)
    address = link.email or _address(email)
    _check_password(password, address)
    with transaction.atomic():
        if not open_links().filter(pk=link.pk).update(used_at=timezone.now()):
            raise ConfigError(DEAD_LINK)
        return _admit(link, address, password)


def _admit(link: OneTimeLink, address: str, password: str) -> User:
    member = User.objects.select_for_update().filter(email=address).first()
    if member is None:
        return User.objects.create_user(address, password, role=link.role)
    if link.purpose == OneTimeLink.Purpose.RECOVER and not member.is_active:
        raise ConfigError(DEAD_LINK)
    if link.purpose == OneTimeLink.Purpose.INVITE:
        member.role, member.is_active = link.role, True
    member.set_password(password)
    member.save(update_fields=["role", "is_active", "password"])
    return member


@transaction.atomic
def change_role(member: User, role: str) -> None:
    """Gives a member another role. Raises ConfigError for an unknown role and for the last admin."""
    if role not in Role.values:
        raise ConfigError(f"{role!r} is no role; choose one of {', '.join(Role.values)}.", field="role")
    if role != Role.ADMIN:
        _keep_one_admin(member, "has another role")
    User.objects.filter(pk=member.pk, is_active=True).update(role=role)


@transaction.atomic
def remove_member(member: User) -> None:
    """Ends a member's access at once; runs and reviews stay theirs. Raises ConfigError for the last admin."""
    _keep_one_admin(member, "is removed")
    open_links().filter(email=member.email).update(expires_at=timezone.now())
    member.is_active = False
    member.set_unusable_password()
    member.save(update_fields=["is_active", "password"])


def _keep_one_admin(member: User, what: str) -> None:
    # The lock makes two admins who demote each other at once wait for one another.
    if [admin.pk for admin in _admins().select_for_update()] == [member.pk]:
        raise ConfigError(
            f"{member.email} is the only admin: make somebody else an admin before this one {what}."
        )


def _admins() -> QuerySet[User]:
    return User.objects.filter(role=Role.ADMIN, is_active=True)


def _make_link(purpose: str, email: str, role: str, lasts: timedelta, by: User | None) -> str:
    token = secrets.token_urlsafe(32)
    OneTimeLink.objects.create(
        token_sha256=_hash(token),
        purpose=purpose,
        email=email,
        role=role,
        created_by=by,
        expires_at=timezone.now() + lasts,
    )
    return reverse("one-time-link", args=[token])


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError:
        raise ConfigError(f"{email!r} is no e-mail address.", field="email") from None
    return address


def _check_password(password: str, address: str) -> None:
    try:
        validate_password(password, User(email=address))
    except ValidationError as error:
        raise ConfigError(" ".join(error.messages), field="password") from None
