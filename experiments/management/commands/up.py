"""`manage.py up`: starts everything of one installation and keeps it running."""

import os
import sys
import time
from contextlib import suppress
from functools import partial
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, connections

from alignment_web.environment import embedded_socket
from experiments.services.people import first_admin_link
from experiments.supervision import broker, claim, commands, preflight, ready
from experiments.supervision.child import Child
from experiments.supervision.supervisor import Supervisor

PATIENCE = 30.0
BROKER_PATIENCE = 10.0


class Command(BaseCommand):
    """Preflight, embedded broker, migration, children, then watch until a signal."""

    help = (
        "Start the web server, the workers and the clock, with an embedded broker unless BROKER_URL is set."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        """One switch."""
        parser.add_argument("--no-starter", action="store_true", help="launch no starter experiment")

    def handle(self, *args: Any, **options: Any) -> None:
        """Exit status 2, with one sentence and nothing started, when a precondition fails."""
        os.chdir(settings.BASE_DIR)
        supervisor = Supervisor(partial(claim.remember, settings.DATA_DIR))
        supervisor.listen()
        try:
            preflight.check_disk(settings.DATA_DIR)
            with claim.claim(settings.DATA_DIR):
                claim.kill_left_overs(settings.DATA_DIR)
                preflight.check_port(settings.HOST, settings.PORT)
                preflight.check_database()
                self.serve(supervisor, starter=not options["no_starter"])
        except preflight.Refusal as refusal:
            self.stderr.write(str(refusal))
            sys.exit(2)

    def serve(self, supervisor: Supervisor, starter: bool) -> None:
        """Start the children in order and watch them; stops them whatever happens."""
        try:
            self.start_broker(supervisor)
            self.migrate()
            self.start_children(supervisor)
            self.greet(supervisor)
            if starter and not supervisor.stopping:
                supervisor.send(Child("starter", commands.manage("starter"), self.say))
            supervisor.run()
            self.say("Stopping.")
        finally:
            supervisor.shut_down()

    def start_broker(self, supervisor: Supervisor) -> None:
        """See that the named broker answers, or start the embedded one."""
        if os.environ.get("BROKER_URL"):
            preflight.check_broker(settings.BROKER_URL)
            return
        socket = embedded_socket(settings.DATA_DIR)
        self.add(supervisor, "broker", broker.command(socket, settings.DATA_DIR))
        deadline = time.monotonic() + BROKER_PATIENCE
        while not supervisor.stopping and not broker.answers(socket):
            if time.monotonic() > deadline:
                log = broker.log_file(settings.DATA_DIR)
                raise preflight.Refusal(f"The embedded broker did not start: the end of {log} says why.")
            supervisor.pause(0.05)

    def migrate(self) -> None:
        """Bring the schema up to date before any child reads it."""
        try:
            call_command("migrate", interactive=False, verbosity=0)
        except DatabaseError as error:
            raise preflight.Refusal(
                f"The database could not be migrated ({preflight.last_line(error)}): "
                "free space or correct its rights, then start again."
            ) from error
        connections.close_all()

    def start_children(self, supervisor: Supervisor) -> None:
        """The web server first: nobody should wait for a worker's imports to see a page."""
        self.add(supervisor, "web", commands.web(settings.HOST, settings.PORT))
        self.add(supervisor, "clock", commands.manage("clock"))
        self.add(supervisor, "worker", commands.worker("loops"))
        self.add(supervisor, "light worker", commands.worker("light"))

    def greet(self, supervisor: Supervisor) -> None:
        """Wait for the first page and say where it is."""
        url = ready.base_url(settings.HOST, settings.PORT)
        deadline = time.monotonic() + PATIENCE
        while not supervisor.stopping and not ready.answers(url):
            if time.monotonic() > deadline:
                self.say("The web server does not answer yet; its messages stand above.")
                return
            supervisor.look()
            supervisor.pause(0.2)
        if supervisor.stopping:
            return
        self.say(f"Plumbline runs at {url}/ with its data in {settings.DATA_DIR}; Ctrl-C stops it.")
        if link := first_admin_link():
            self.say(f"Nobody has a password yet. Choose yours here (the link works once): {url}{link}")

    def add(self, supervisor: Supervisor, name: str, command: list[str]) -> None:
        """Let the supervisor keep `command` running, unless a stop was asked for meanwhile."""
        if not supervisor.stopping:
            supervisor.add(Child(name, command, self.say))

    def say(self, line: str) -> None:
        """Print one line; a closed terminal is no reason to leave children behind."""
        with suppress(OSError):
            self.stdout.write(line)
            self.stdout.flush()
