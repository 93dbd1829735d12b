"""Each precondition that does not hold is one sentence: what, where, what to do."""

import errno
import json
import os
import shutil
import socket
import subprocess
import sys
from collections import namedtuple

import psutil
import pytest

from experiments.supervision import broker, claim, preflight
from experiments.supervision.preflight import Refusal


def test_a_free_port_passes():
    preflight.check_port("127.0.0.1", 0)


def test_a_busy_port_names_port_host_and_another_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        with pytest.raises(
            Refusal, match=rf"^Port {port} on 127\.0\.0\.1 is in use: .*PORT={port + 1} make run\.$"
        ):
            preflight.check_port("127.0.0.1", port)


def test_a_host_of_another_machine_is_refused():
    with pytest.raises(Refusal, match=r"^HOST 203\.0\.113\.7 is no address of this machine"):
        preflight.check_port("203.0.113.7", 8000)


def test_a_nearly_full_disk_says_how_much_is_left(tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage(10**12, 10**12, 12 * 2**20))
    with pytest.raises(Refusal, match=rf"^The disk of DATA_DIR {tmp_path} has 12 MB left"):
        preflight.check_disk(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_no_byte_is_refused(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refusal, match=r"cannot be written \(No space left on device\): free space"):
        preflight.check_disk(tmp_path)


def test_sqlite_on_a_network_file_system_is_refused(tmp_path, monkeypatch):
    mount = namedtuple("mount", "device mountpoint fstype opts")
    mounts = [mount("d", "/", "ext4", ""), mount("server:/", str(tmp_path), "nfs4", "")]
    monkeypatch.setattr(psutil, "disk_partitions", lambda all: mounts)
    preflight.check_file_system(tmp_path.parent)
    with pytest.raises(Refusal, match=r"lies on a network file system \(nfs4\)"):
        preflight.check_file_system(tmp_path / "deeper")


def test_the_packaged_broker_is_the_one_that_is_started(tmp_path):
    path = broker.packaged_binary()
    assert path is not None
    line = broker.command(tmp_path / "s" / "valkey.sock", tmp_path)
    assert line[0] == str(path)
    assert "--port 0" in " ".join(line)
    version = subprocess.run([line[0], "--version"], capture_output=True, text=True, check=True).stdout
    assert "v=9." in version


def test_without_any_broker_binary_the_sentence_says_what_to_install(monkeypatch):
    monkeypatch.setattr(broker, "packaged_binary", lambda: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)
    with pytest.raises(Refusal, match="install valkey-server or redis-server, or set BROKER_URL"):
        broker.binary()


def test_left_overs_are_known_by_pid_and_start_time(tmp_path):
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    stranger = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], start_new_session=True)
    try:
        claim.remember(tmp_path, [sleeper.pid, stranger.pid])
        noted = json.loads((tmp_path / "processes.json").read_text())
        noted[str(stranger.pid)] -= 3600
        (tmp_path / "processes.json").write_text(json.dumps(noted))
        assert claim.kill_left_overs(tmp_path) == [sleeper.pid]
        assert sleeper.wait(5) == -9
        assert stranger.poll() is None
        assert claim.kill_left_overs(tmp_path) == []
    finally:
        for process in (sleeper, stranger):
            process.kill()
            process.wait()


def test_a_folder_is_claimed_by_one_process_at_a_time(tmp_path):
    with (
        claim.claim(tmp_path),
        pytest.raises(Refusal, match=rf"process {os.getpid()}"),
        claim.claim(tmp_path),
    ):
        raise AssertionError("claimed twice")
    with claim.claim(tmp_path):
        assert (tmp_path / "up.lock").read_text() == str(os.getpid())
