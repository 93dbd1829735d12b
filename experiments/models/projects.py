"""A project: every row that people make belongs to one."""

from django.contrib.auth.models import AnonymousUser
from django.db import models

from experiments.models.people import User


class Project(models.Model):
    """One installation starts with one project."""

    name = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    @classmethod
    def default(cls) -> "Project":
        return cls.objects.get_or_create(name="Team")[0]


class ProjectQuerySet(models.QuerySet):
    """Rows of a project start from what the reader may see."""

    def visible_to(self, user: User | AnonymousUser) -> "ProjectQuerySet":
        """Everything for members of the team, nothing for anybody else."""
        return self if user.is_authenticated and user.is_active else self.none()
