"""One program in its guest: what it sees of the world, and what became of it.

Clock and random numbers are the same in every run, so the same program gives the same result.

The runtime's bindings keep an exception of a host function in one variable for all guests, so with several guests
at once one could end with the other's. A host function here never raises: it writes down how its guest ends and
takes its fuel away.
"""

import hashlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import wasmtime
from wasmtime import FuncType, TrapCode, ValType

from experiments.alignment.ports import Ran
from tasks.sandbox.limits import Limits

WASI = "wasi_snapshot_preview1"
I32, I64 = ValType.i32(), ValType.i64()
OK, BAD_FILE, INVALID, NOT_SUPPORTED = 0, 8, 28, 58
ENVIRONMENT = (("PYTHONHASHSEED", "0"), ("PYTHONUNBUFFERED", "1"), ("PYTHONUTF8", "1"))
KILLED = 137
MOST_VECTORS = 1024
"""Pieces of one write: copying them runs in the host, where no limit of the guest reaches."""
FIRST_SECOND = 1_000_000_000 * 10**9
CLOCK_STEP = 1_000
"""Nanoseconds by which a guest's clock moves whenever it is looked at."""
TRAPS = {
    TrapCode.OUT_OF_FUEL: "cpu",
    TrapCode.INTERRUPT: "time",
    TrapCode.STACK_OVERFLOW: "stack",
}


HostFunction = Callable[..., int | None]


@dataclass
class World:
    """What the guest can reach: two streams up to a bound, a clock that counts looks, numbers from a fixed stream.

    `stop` ends the guest at its next step; `ending` is its exit code and the limit that ended it, once it has one.
    """

    most_output: int
    stop: Callable[[], None]
    ending: tuple[int, str] | None = None
    streams: dict[int, bytearray] = field(default_factory=lambda: {1: bytearray(), 2: bytearray()})
    looks: int = 0
    draws: int = 0

    def write(self, caller: wasmtime.Caller, fd: int, vectors: int, count: int, written: int) -> int:
        """`fd_write`: ends a guest that has printed more than it may."""
        if fd not in self.streams:
            return BAD_FILE
        if not 0 <= count <= MOST_VECTORS:
            return INVALID
        memory = _memory(caller)
        total = 0
        for at in range(vectors, vectors + 8 * count, 8):
            start, size = _number(memory, caller, at), _number(memory, caller, at + 4)
            self._print(fd, bytes(memory.read(caller, start, start + min(size, self.most_output + 1))))
            total += size
        memory.write(caller, total.to_bytes(4, "little"), written)
        return OK

    def _print(self, fd: int, data: bytes) -> None:
        left = self.most_output - sum(map(len, self.streams.values()))
        self.streams[fd] += data[:left]
        if len(data) > left:
            self.end(KILLED, "output")

    def clock(self, caller: wasmtime.Caller, clock: int, precision: int, at: int) -> int:
        """`clock_time_get`"""
        self.looks += 1
        _memory(caller).write(caller, (FIRST_SECOND + self.looks * CLOCK_STEP).to_bytes(8, "little"), at)
        return OK

    def random(self, caller: wasmtime.Caller, start: int, size: int) -> int:
        """`random_get`"""
        self.draws += 1
        seed = f"plumbline/{self.draws}".encode()
        _memory(caller).write(caller, hashlib.shake_256(seed).digest(min(size, 65_536)), start)
        return OK

    def wait(self, caller: wasmtime.Caller, subscriptions: int, events: int, count: int, stored: int) -> int:
        """`poll_oneoff`: a guest that sleeps would hold its thread where no limit reaches."""
        return NOT_SUPPORTED

    def leave(self, caller: wasmtime.Caller, code: int) -> None:
        """`proc_exit`. The runtime's own gives an error of no kind for codes from 126 on."""
        self.end(code & 0xFF, "")

    def end(self, code: int, killed: str) -> None:
        """The first ending stands."""
        self.ending = self.ending or (code, killed)
        self.stop()

    def guarded(self, function: HostFunction, default: int | None) -> HostFunction:
        """`function` for a guest that has not ended; whatever goes wrong in it ends the guest as a crash."""

        def call(*arguments: object) -> int | None:
            if self.ending:
                return default
            try:
                return function(*arguments)
            except Exception:
                self.end(KILLED, "crash")
                return default

        return call

    def text(self, fd: int) -> str:
        return self.streams[fd].decode("utf-8", errors="replace")


def _memory(caller: wasmtime.Caller) -> wasmtime.Memory:
    memory = caller["memory"]
    assert isinstance(memory, wasmtime.Memory)
    return memory


def _number(memory: wasmtime.Memory, caller: wasmtime.Caller, at: int) -> int:
    return int.from_bytes(memory.read(caller, at, at + 4), "little")


def run_guest(
    engine: wasmtime.Engine, module: wasmtime.Module, program: str, limits: Limits, ticks: int
) -> Ran:
    """Runs one program to its end or to a limit; `ticks` are the engine's epochs that it may live."""
    began = time.monotonic()
    store = _store(engine, program, limits, ticks)
    world = World(limits.output, partial(store.set_fuel, 0))
    code, killed = _outcome(store, _linker(engine, world), module, world)
    errors = world.text(2)
    if not killed and code and errors.rstrip().rpartition("\n")[2].startswith("MemoryError"):
        killed = "memory"
    return Ran(KILLED if killed else code, world.text(1), errors, killed, time.monotonic() - began)


def _store(engine: wasmtime.Engine, program: str, limits: Limits, ticks: int) -> wasmtime.Store:
    store = wasmtime.Store(engine)
    store.set_fuel(limits.fuel)
    store.set_epoch_deadline(ticks)
    store.set_limits(memory_size=limits.memory)
    wasi = wasmtime.WasiConfig()
    wasi.argv = ("python", "-c", program)
    wasi.env = ENVIRONMENT
    store.set_wasi(wasi)
    return store


def _linker(engine: wasmtime.Engine, world: World) -> wasmtime.Linker:
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    linker.allow_shadowing = True
    for name, taken, function in (
        ("fd_write", [I32, I32, I32, I32], world.write),
        ("clock_time_get", [I32, I64, I32], world.clock),
        ("random_get", [I32, I32], world.random),
        ("poll_oneoff", [I32, I32, I32, I32], world.wait),
    ):
        guarded = world.guarded(function, INVALID)
        linker.define_func(WASI, name, FuncType(taken, [I32]), guarded, access_caller=True)
    leave = world.guarded(world.leave, None)
    linker.define_func(WASI, "proc_exit", FuncType([I32], []), leave, access_caller=True)
    return linker


def _outcome(
    store: wasmtime.Store, linker: wasmtime.Linker, module: wasmtime.Module, world: World
) -> tuple[int, str]:
    """The exit code, and the limit that ended the program, if one did."""
    try:
        start = linker.instantiate(store, module).exports(store)["_start"]
        start(store)  # type: ignore[operator]
    except wasmtime.Trap as trap:
        return world.ending or (KILLED, TRAPS.get(trap.trap_code, "crash") if trap.trap_code else "crash")
    except wasmtime.WasmtimeError:
        return world.ending or (KILLED, "crash")
    return world.ending or (0, "")
