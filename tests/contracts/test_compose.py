"""docker-compose.yml and Dockerfile, checked without a container engine: structure, and every command.

Commands of our own images run for real on the test's database and broker, with this interpreter as `python`.
"""

import os
import re
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from experiments.supervision import broker as embedded
from experiments.supervision import commands
from tests.support.installation import free_port
from tests.support.services import wait_for

ROOT = Path(settings.BASE_DIR)
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
GPU = yaml.safe_load((ROOT / "docker-compose.gpu.yml").read_text())
SERVICES = COMPOSE["services"]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = {"migrate", "web", "clock", "light", "worker", "starter"}
LONG_LIVED = {"web", "clock", "light", "worker", "database", "broker"}


def here(command):
    """The command as it runs outside the container."""
    assert command[0] == "python"
    return [sys.executable, *command[1:]]


def in_order(command):
    """A command line without what differs between a container and `manage.py up`."""
    words = list(command[1:])
    return words[2:] if words[0] == "-W" else words


@pytest.fixture
def environment(broker, process_environment, tmp_path):
    return process_environment(DATA_DIR=str(tmp_path), HOSTNAME=os.uname().nodename)


def test_every_part_of_an_installation_is_there():
    assert set(SERVICES) == OURS | {"database", "broker"}
    assert set(COMPOSE["volumes"]) == {"data", "database", "broker"}


def test_every_long_lived_service_is_watched_and_comes_back():
    for name in LONG_LIVED:
        assert SERVICES[name]["healthcheck"]["test"], name
        assert SERVICES[name]["restart"] == "unless-stopped", name


def test_whatever_a_service_waits_for_exists_and_can_become_so():
    for name, service in SERVICES.items():
        for other, wish in service.get("depends_on", {}).items():
            condition = wish["condition"]
            assert condition in {"service_healthy", "service_completed_successfully"}, name
            assert (condition == "service_healthy") == ("healthcheck" in SERVICES[other]), name


def test_nothing_reads_the_schema_before_it_was_migrated():
    for name in OURS - {"migrate"}:
        assert SERVICES[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully"
    assert SERVICES["migrate"]["depends_on"]["database"]["condition"] == "service_healthy"


def test_secrets_come_from_the_environment_and_are_required():
    env = SERVICES["web"]["environment"]
    for value in (
        env["SECRET_KEY"],
        env["DATABASE_URL"],
        SERVICES["database"]["environment"]["POSTGRES_PASSWORD"],
    ):
        assert re.search(r"\$\{[A-Z_]+:\?[^}]+\}", value), value
    assert set(re.findall(r"\$\{(\w+)", (ROOT / "docker-compose.yml").read_text())) == {
        "SECRET_KEY",
        "POSTGRES_PASSWORD",
        "ALLOWED_HOSTS",
        "ENDPOINT_KEYS",
        "ENDPOINT_HOSTS",
    }


def test_only_the_web_server_is_published_and_on_this_machine_alone():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    assert published == {"web": ["127.0.0.1:8000:8000"]}


def test_our_containers_run_without_root_and_capabilities():
    for name in OURS:
        assert SERVICES[name]["cap_drop"] == ["ALL"], name
    for target in DOCKERFILE.split("\nFROM ")[2:]:
        assert "\nUSER plumbline\n" in target


def test_torch_is_in_the_workers_image_alone():
    images = {name: SERVICES[name]["build"]["target"] for name in OURS}
    assert {name for name, target in images.items() if target == "worker"} == {"worker"}
    web = DOCKERFILE.split(" AS web")[1].split("\nFROM ")[0]
    assert "torch" not in web
    packages = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements-web.txt").read_text(), re.MULTILINE)
    assert not {"torch", "transformers", "trl", "peft", "datasets"} & set(packages)


def test_the_gpu_file_reserves_a_gpu_for_the_worker():
    device = GPU["services"]["worker"]["deploy"]["resources"]["reservations"]["devices"][0]
    assert device == {"driver": "nvidia", "count": 1, "capabilities": ["gpu"]}
    assert GPU["services"]["worker"]["build"]["args"] == {"TORCH": "cuda"}


def test_containers_start_the_same_commands_as_up():
    assert in_order(SERVICES["web"]["command"]) == in_order(commands.web("0.0.0.0", 8000))
    assert in_order(SERVICES["worker"]["command"]) == in_order(commands.worker("loops"))
    assert in_order(SERVICES["light"]["command"]) == in_order(commands.worker("light"))
    assert in_order(SERVICES["clock"]["command"]) == in_order(commands.manage("clock"))
    defaults = [yaml.safe_load(line[4:]) for line in DOCKERFILE.splitlines() if line.startswith("CMD ")]
    assert defaults == [SERVICES["web"]["command"], SERVICES["worker"]["command"]]


def test_every_file_that_the_images_copy_passes_dockerignore():
    kept = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {"manage.py", "alignment_web", "experiments", "tasks", "templates", "static"} <= kept
    for name in kept | {"requirements.txt", "requirements-web.txt"}:
        assert (ROOT / name).exists(), name


def test_the_installer_and_the_images_take_the_same_versions():
    setup = (ROOT / "scripts" / "setup.sh").read_text()
    torch = re.search(r"^TORCH_VERSION=(.+)$", setup, re.MULTILINE).group(1)
    uv = re.search(r"^UV_VERSION=(.+)$", setup, re.MULTILINE).group(1)
    assert set(re.findall(r"torch==([\d.]+)", DOCKERFILE)) == {torch}
    assert re.findall(r"uv==([\d.]+)", DOCKERFILE) == [uv]
    assert f'"torch=={torch}"' in (ROOT / "pyproject.toml").read_text()


def test_migrate_runs(tmp_path):
    env = {**os.environ, "DATA_DIR": str(tmp_path), "DATABASE_URL": ""}
    subprocess.run(here(SERVICES["migrate"]["command"]), cwd=ROOT, env=env, check=True, capture_output=True)
    assert (tmp_path / "plumbline.sqlite3").exists()


def test_the_starter_command_exists():
    command = [*here(SERVICES["starter"]["command"]), "--help"]
    assert subprocess.run(command, cwd=ROOT, check=True, capture_output=True).stdout


@pytest.mark.slow
def test_the_web_server_starts_and_its_health_check_passes(environment):
    port = free_port()
    command = [word.replace("0.0.0.0:8000", f"127.0.0.1:{port}") for word in SERVICES["web"]["command"]]
    check = [word.replace(":8000/", f":{port}/") for word in SERVICES["web"]["healthcheck"]["test"][1:]]
    with started(command, environment):
        wait_for(lambda: passes(here(check), environment), 30, "the health check")


@pytest.mark.slow
def test_the_clock_starts_and_its_health_check_passes(environment):
    check = [
        word.replace("/data", environment["DATA_DIR"])
        for word in SERVICES["clock"]["healthcheck"]["test"][1:]
    ]
    with started(SERVICES["clock"]["command"], environment):
        wait_for(lambda: passes(here(check), environment), 30, "the health check")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["light", "worker"])
def test_a_worker_starts_and_its_health_check_passes(name, environment):
    kind, line = SERVICES[name]["healthcheck"]["test"]
    assert kind == "CMD-SHELL"
    line = line.replace("$$", "$").replace("python ", f"{shlex.quote(sys.executable)} ", 1)
    with started(SERVICES[name]["command"], environment):
        wait_for(lambda: passes(["sh", "-c", line], environment), 60, "the health check")


def test_the_broker_accepts_its_options(tmp_path):
    socket = tmp_path / "s"
    words = [
        embedded.binary(),
        *SERVICES["broker"]["command"][1:],
        "--port",
        "0",
        "--unixsocket",
        str(socket),
    ]
    server = subprocess.Popen(words, cwd=tmp_path, stdout=subprocess.DEVNULL)
    try:
        wait_for(socket.exists, 10, "the socket")
    finally:
        server.terminate()
        assert server.wait(10) == 0


def passes(command, env):
    return subprocess.run(command, cwd=ROOT, env=env, check=False, capture_output=True).returncode == 0


class started:
    """A command of our images while it runs; it must end by itself after SIGTERM."""

    def __init__(self, command, env):
        self.process = subprocess.Popen(here(command), cwd=ROOT, env=env, start_new_session=True)

    def __enter__(self):
        return self.process

    def __exit__(self, kind, error, trace):
        self.process.send_signal(signal.SIGTERM)
        try:
            ended = time.monotonic()
            assert self.process.wait(20) == 0
            assert time.monotonic() - ended < 15
        finally:
            self.process.kill()
