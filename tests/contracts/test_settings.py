"""What the environment may say, and what the settings make of it."""

import logging
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from alignment_web import environment
from alignment_web.redaction import RedactTokens


def test_the_key_is_generated_once_and_readable_by_its_owner_alone(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY")
    key = environment.secret_key(tmp_path)
    assert len(key) > 60
    assert environment.secret_key(tmp_path) == key
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]


def test_two_starts_at_once_agree_on_one_key(tmp_path):
    environment._write_once(tmp_path / "secret_key", "first")
    environment._write_once(tmp_path / "secret_key", "second")
    assert (tmp_path / "secret_key").read_text() == "first"


def test_sqlite_gets_the_options_that_two_writers_need(tmp_path, monkeypatch):
    monkeypatch.delenv("DATABASE_URL", raising=False)
    config = environment.database(tmp_path)
    assert config["NAME"] == str(tmp_path / "plumbline.sqlite3")
    assert config["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert config["OPTIONS"]["timeout"] == 20
    assert "wal_autocheckpoint=0" in config["OPTIONS"]["init_command"]


def test_a_postgresql_url_is_read_with_its_encoded_password(tmp_path, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgresql://ann:p%40ss@db.example:6543/plumb")
    config = environment.database(tmp_path)
    assert config["ENGINE"] == "django.db.backends.postgresql"
    assert (config["USER"], config["PASSWORD"], config["HOST"]) == ("ann", "p@ss", "db.example")
    assert (config["PORT"], config["NAME"]) == (6543, "plumb")
    assert config["OPTIONS"]["connect_timeout"] == 5


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "80a", "PORT is '80a'"),
        ("PORT", "70000", "PORT is '70000'"),
        ("DEVICE", "gpu", "DEVICE is 'gpu'"),
        ("DATABASE_URL", "mysql://x/y", "DATABASE_URL names no database"),
        ("DATABASE_URL", "postgresql://a:b[c@host/d", "DATABASE_URL cannot be read"),
        ("BROKER_URL", "amqp://x", "BROKER_URL names no broker"),
        ("DATA_DIR", "/proc/nowhere", "DATA_DIR /proc/nowhere cannot be created"),
    ],
)
def test_an_unusable_value_is_one_sentence_and_exit_code_2(name, value, sentence):
    env = {**os.environ, name: value}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=env, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.startswith(sentence)
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_long_data_folder_still_gives_a_socket_path_that_fits(tmp_path):
    folder = tmp_path / ("x" * 120)
    path = environment.embedded_socket(folder)
    assert len(str(path)) <= environment.LONGEST_SOCKET_PATH
    assert path == environment.embedded_socket(folder)
    assert path != environment.embedded_socket(tmp_path / ("y" * 120))


def test_named_hosts_are_allowed_beside_the_local_ones(monkeypatch):
    monkeypatch.setenv("ALLOWED_HOSTS", "lab.example, .team.example")
    hosts = environment.allowed_hosts("0.0.0.0")
    assert hosts == ["localhost", "127.0.0.1", "[::1]", "lab.example", ".team.example"]
    assert "https://*.team.example" in environment.https_origins(hosts)


def test_an_unreadable_key_is_explained(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY")
    (tmp_path / "secret_key").mkdir()
    with pytest.raises(ImproperlyConfigured, match="make DATA_DIR writable, or set SECRET_KEY"):
        environment.secret_key(tmp_path)


def test_one_time_tokens_stay_out_of_the_log():
    record = logging.LogRecord(
        "django.request", logging.WARNING, __file__, 1, "Gone: %s", ("/link/Zm9vYmFyYmF6/",), None
    )
    assert RedactTokens().filter(record)
    assert record.getMessage() == "Gone: /link/[token]/"


def test_of_the_packages_folders_one_script_each_is_published():
    assert Path(str(finders.find("vendor/plotly.min.js"))).stat().st_size > 1_000_000
    assert finders.find("vendor/htmx-2.min.js")
    assert not finders.find("vendor/widgetbundle.js")
    listed = [path for finder in finders.get_finders() for path, _ in finder.list(None)]
    assert "plotly.min.js" in listed
    assert "widgetbundle.js" not in listed


@pytest.mark.django_db
def test_every_answer_carries_the_security_headers():
    answer = Client().get("/healthz")
    assert answer.status_code == 200
    policy = answer["Content-Security-Policy"].split("; ")
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
