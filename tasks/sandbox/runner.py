"""The kernel's CodeRunner: programs in guests, several at a time, stoppable within a twentieth of a second."""

import os
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import wasmtime

from experiments.alignment.ports import Check, Ran
from tasks.sandbox.guest import run_guest
from tasks.sandbox.interpreter import engine, interpreter
from tasks.sandbox.limits import DEFAULT, Limits

TICK_SECONDS = 0.05
MOST_THREADS = 8
NULL = Ran(1, "", "SyntaxError: source code cannot contain null bytes")


@dataclass(frozen=True)
class WasiRunner:
    """`directory` holds the interpreter; it is the only thing that is kept. A guest runs outside the GIL."""

    directory: Path
    limits: Limits = DEFAULT

    def run(self, programs: Sequence[str], check: Check) -> list[Ran]:
        """One result a program, in order. Raises InfrastructureError where the interpreter cannot be had, and
        whatever `check` raises; then the programs that still run are stopped.
        """
        check()
        module = interpreter(self.directory)
        with ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1), "sandbox") as pool:
            running = [pool.submit(self._one, module, program) for program in programs]
            try:
                _watch(running, check)
            except BaseException:
                self._stop(running)
                raise
        return [done.result() for done in running]

    @property
    def ticks(self) -> int:
        """How many ticks a program may live."""
        return max(1, round(self.limits.seconds / TICK_SECONDS))

    def _one(self, module: wasmtime.Module, program: str) -> Ran:
        if "\0" in program:
            return NULL
        text = program.encode("utf-8", errors="replace").decode()
        return run_guest(engine(), module, text, self.limits, self.ticks)

    def _stop(self, running: Sequence[Future[Ran]]) -> None:
        """Moves the clock of every guest past its deadline."""
        for future in running:
            future.cancel()
        for _ in range(self.ticks + 1):
            engine().increment_epoch()


def _watch(running: Sequence[Future[Ran]], check: Check) -> None:
    left: set[Future[Ran]] = set(running)
    while left:
        _, left = wait(left, timeout=TICK_SECONDS)
        engine().increment_epoch()
        check()
