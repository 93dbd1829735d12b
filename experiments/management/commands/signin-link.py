"""`manage.py signin-link EMAIL`: prints a one-time link for a member whose password is lost."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from experiments.management.base import PlumblineCommand
from experiments.services import people
from experiments.supervision.ready import base_url


class Command(PlumblineCommand):
    """Earlier links to the same address stop working."""

    help = "Recover a lost password: prints a link that works once within 24 hours."

    def arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", metavar="EMAIL")

    def run(self, **options: Any) -> dict[str, Any]:
        path = people.recovery_link(options["email"])
        return {
            "email": options["email"].strip().lower(),
            "link": base_url(settings.HOST, settings.PORT) + path,
        }

    def text(self, document: dict[str, Any]) -> str:
        return str(document["link"])
