"""`manage.py invite EMAIL --role ROLE`: prints a one-time link."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from experiments.management.base import PlumblineCommand
from experiments.models import Role
from experiments.services import people
from experiments.supervision.ready import base_url


class Command(PlumblineCommand):
    """The link is shown once; only its hash is kept."""

    help = "Invite somebody: prints a link that works once within 7 days; accepting it sets a password."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")
        parser.add_argument("--role", default=Role.REVIEWER, help="reviewer (default), researcher or admin")

    def run(self, **options: Any) -> dict[str, Any]:
        path = people.invite(options["email"], options["role"], None)
        link = base_url(settings.HOST, settings.PORT) + path
        return {"email": options["email"].strip().lower(), "role": options["role"], "link": link}

    def text(self, document: dict[str, Any]) -> str:
        return str(document["link"])
