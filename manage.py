"""Entry point of every command: `python manage.py COMMAND`."""

import os
import sys


def main() -> None:
    """Run a management command; unusable settings are one sentence and exit code 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "alignment_web.settings")
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        _ = settings.INSTALLED_APPS
    except ImproperlyConfigured as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(2)
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
