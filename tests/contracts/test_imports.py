"""Who may import whom, by import-linter; and what the web process has really loaded."""

import json
import subprocess
import sys

from django.conf import settings

LINT = "from importlinter.cli import lint_imports; import sys; sys.exit(lint_imports(no_cache=True))"

OPEN_THE_HOME_PAGE = """
import json, os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "alignment_web.settings"
from alignment_web.wsgi import application
from django.core.management import call_command
from django.contrib.auth import get_user_model
from django.test import Client
call_command("migrate", verbosity=0)
client = Client(headers={"host": "localhost"})
client.force_login(get_user_model().objects.create_user("ann@example.org", "a long password", role="admin"))
answer = client.get("/", follow=True)
heavy = {"torch", "transformers", "trl", "peft", "accelerate", "datasets", "tasks"}
print(json.dumps({"status": answer.status_code, "loaded": sorted(heavy & set(sys.modules))}))
"""


def run(program, **env):
    import os

    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=settings.BASE_DIR, env={**os.environ, **env}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_imports_follow_the_contracts():
    done = run(LINT)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_web_process_shows_a_page_without_torch(tmp_path):
    done = run(OPEN_THE_HOME_PAGE, DATA_DIR=str(tmp_path), DATABASE_URL="")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {"status": 200, "loaded": []}
