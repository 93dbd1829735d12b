"""`manage.py up` as people meet it: started, stopped, killed, refused."""

import os
import signal
import socket

import pytest

from tests.support.installation import Installation, processes_of
from tests.support.services import wait_for

pytestmark = [pytest.mark.slow, pytest.mark.processes]
WEB_MEMORY_MB = 250


@pytest.fixture
def installation(tmp_path):
    made = Installation(tmp_path / "data")
    yield made
    made.clean_up()


def test_up_serves_pages_and_ctrl_c_leaves_nothing(installation):
    installation.up()
    installation.wait_until_up()
    wait_for(lambda: f":{installation.port}/link/" in installation.output, what="the sign-in link")
    wait_for(lambda: (installation.folder / "clock.beat").exists(), what="a tick of the clock")
    web = installation.find("gunicorn")
    memory = max(child.memory_info().rss for child in web.children()) / 2**20
    assert memory <= WEB_MEMORY_MB
    assert installation.send(signal.SIGINT) == 0
    assert processes_of(installation.folder) == []


def test_a_second_up_finds_its_data_after_the_first_was_killed(installation):
    installation.up()
    installation.wait_until_up()
    key = (installation.folder / "secret_key").read_text()
    assert installation.send(signal.SIGKILL) == -signal.SIGKILL
    wait_for(lambda: processes_of(installation.folder) == [], 3, "the end of every process")
    installation.lines.clear()
    installation.up()
    installation.wait_until_up()
    assert (installation.folder / "secret_key").read_text() == key
    assert installation.send(signal.SIGTERM) == 0
    assert processes_of(installation.folder) == []


def test_a_closed_terminal_stops_everything(installation):
    installation.up()
    installation.wait_until_up()
    assert installation.send(signal.SIGHUP) == 0
    assert processes_of(installation.folder) == []


def test_a_killed_worker_is_started_again(installation):
    installation.up()
    installation.wait_until_up()
    wait_for(lambda: installation.find("celery", "loops@"), what="the worker")
    first = installation.find("celery", "loops@")
    first.kill()
    wait_for(lambda: "worker ended with status" in installation.output, what="the line about the end")
    wait_for(lambda: (found := installation.find("celery", "loops@")) and found != first, what="a new worker")
    assert installation.status() == 200


def test_a_second_supervisor_on_the_same_folder_is_refused(installation):
    installation.up()
    installation.wait_until_up()
    second = Installation(installation.folder)
    second.up()
    assert second.supervisor.wait(20) == 2
    wait_for(lambda: f"already runs on {installation.folder}" in second.output, 2)
    assert f"process {installation.supervisor.pid}" in second.output
    assert installation.status() == 200


def refused(installation):
    installation.up()
    assert installation.supervisor.wait(30) == 2
    wait_for(lambda: installation.output.endswith("\n"), 2, "the sentence")
    assert processes_of(installation.folder) == []
    assert installation.output.count("\n") == 1, installation.output
    return installation.output


def test_a_busy_port_is_one_sentence(installation):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", installation.port))
        listener.listen()
        assert f"Port {installation.port} on 127.0.0.1 is in use" in refused(installation)


def test_an_embedded_broker_that_cannot_start_is_one_sentence(installation):
    aof = installation.folder / "valkey" / "appendonlydir"
    aof.mkdir(parents=True)
    (aof / "appendonly.aof.manifest").write_text("no manifest\n")
    said = refused(installation)
    assert said.startswith("The embedded broker did not start: the end of ")


def test_an_early_interrupt_starts_nothing_more_and_leaves_nothing(installation):
    installation.up()
    wait_for(lambda: (installation.folder / "up.lock").exists(), what="the lock")
    assert installation.send(signal.SIGINT) == 0
    assert processes_of(installation.folder) == []
    assert "Traceback" not in installation.output


@pytest.mark.parametrize(
    ("name", "url", "sentence"),
    [
        (
            "DATABASE_URL",
            "postgresql://ann:secret@127.0.0.1:9/plumb",
            "The database 127.0.0.1:9/plumb does not",
        ),
        ("BROKER_URL", "redis://:secret@127.0.0.1:9/0", "The broker redis://:**@127.0.0.1:9/0 does not"),
    ],
)
def test_an_unreachable_service_is_one_sentence_without_its_password(tmp_path, name, url, sentence):
    installation = Installation(tmp_path / "data", **{name: url})
    try:
        said = refused(installation)
    finally:
        installation.clean_up()
    assert said.startswith(sentence)
    assert "secret" not in said


def test_with_both_urls_set_nothing_embedded_starts(tmp_path, broker, process_environment):
    installation = Installation(tmp_path / "data", **process_environment(DATA_DIR=str(tmp_path / "data")))
    installation.env["PORT"] = str(installation.port)
    try:
        installation.up()
        installation.wait_until_up()
        assert installation.find("valkey-server") is None
        assert not (installation.folder / "plumbline.sqlite3").exists()
        assert installation.send(signal.SIGINT) == 0
        assert processes_of(installation.folder) == []
    finally:
        installation.clean_up()


def test_files_of_the_data_folder_are_private(installation):
    installation.up()
    installation.wait_until_up()
    assert os.stat(installation.folder).st_mode & 0o077 == 0
