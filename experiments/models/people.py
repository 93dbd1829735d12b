"""People, their roles and the one-time links by which they come in."""

from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models


class Role(models.TextChoices):
    """What a member may do; each role includes the ones before it."""

    REVIEWER = "reviewer"
    RESEARCHER = "researcher"
    ADMIN = "admin"


RANK = {Role.REVIEWER: 1, Role.RESEARCHER: 2, Role.ADMIN: 3}


class UserManager(BaseUserManager["User"]):
    """Makes members; addresses are compared in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class User(AbstractBaseUser):
    """A member of the team. Removed members keep their rows, so that reviews stay attributable."""

    email = models.EmailField(unique=True)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.REVIEWER)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(auto_now_add=True)
    looked_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = UserManager()

    def __str__(self) -> str:
        return self.email

    def may(self, role: str) -> bool:
        """Whether this member's role includes the given one."""
        return self.is_active and RANK[Role(self.role)] >= RANK[Role(role)]


class OneTimeLink(models.Model):
    """A link that works once and not for long. Only the hash of its token is stored."""

    class Purpose(models.TextChoices):
        INVITE = "invite"
        RECOVER = "recover"

    token_sha256 = models.CharField(max_length=64, unique=True)
    purpose = models.CharField(max_length=16, choices=Purpose.choices)
    email = models.EmailField(blank=True)
    role = models.CharField(max_length=16, choices=Role.choices, default=Role.REVIEWER)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
