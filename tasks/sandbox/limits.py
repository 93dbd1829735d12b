"""How much of the machine a program may use."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """`fuel` counts WebAssembly instructions: starting Python takes 0.25 thousand million, a million turns of a plain
    loop about 5. It is the limit that decides, since it is the same on every machine; `seconds` of wall time are a
    backstop for a machine that stalls. `memory` is the guest's whole memory and `output` what it may print to both
    streams together, in bytes.
    """

    fuel: int = 4_000_000_000
    seconds: float = 60.0
    memory: int = 256 * 2**20
    output: int = 64 * 2**10


DEFAULT = Limits()
