"""Keeps a list of children running until a signal asks to stop."""

import signal
import threading
import time
from collections.abc import Callable, Iterable
from types import FrameType

from experiments.supervision.child import Child, Lifeline

LOOK_EVERY = 0.3
GRACE = 10.0


class Supervisor:
    """Starts children in order and stops them; the first child, the broker, goes last.

    `note` gets the pids of all group leaders whenever one was started.
    """

    def __init__(self, note: Callable[[list[int]], None]) -> None:
        self.children: list[Child] = []
        self._errands: list[Child] = []
        self._note = note
        self._lifeline = Lifeline()
        self._stop = threading.Event()
        self._hurry = False

    @property
    def stopping(self) -> bool:
        """Whether a stop was asked for."""
        return self._stop.is_set()

    def listen(self) -> None:
        """Turn Ctrl-C, SIGTERM and a closed terminal into an ordered stop; a second one kills at once.

        Under nohup a closed terminal stops nothing. An ignored SIGINT is taken back: scripts inherit one when
        they start this in the background.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._on_signal)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._hurry = self._stop.is_set()
        self._stop.set()

    def add(self, child: Child) -> None:
        """Start `child` and keep it running from now on."""
        self.children.append(child)
        self.look()

    def send(self, errand: Child) -> None:
        """Start `errand`, which ends by itself; it is not started again."""
        errand.start(self._lifeline)
        self._errands.append(errand)
        self._note_pids()

    def pause(self, seconds: float) -> None:
        """Sleep, but no longer than until a stop is asked for."""
        self._stop.wait(seconds)

    def look(self) -> None:
        """Start what does not run and is due."""
        started = [child for child in self.children if child.keep_up(self._lifeline)]
        if started:
            self._note_pids()

    def _note_pids(self) -> None:
        everyone = [*self.children, *self._errands]
        self._note([child.process.pid for child in everyone if child.process is not None])

    def run(self) -> None:
        """Watch the children until a stop is asked for."""
        while not self.stopping:
            self.look()
            self.pause(LOOK_EVERY)

    def shut_down(self, grace: float = GRACE) -> None:
        """Stop all but the first child together, then the first; kill what outlives `grace` seconds."""
        self._stop_all([*self._errands, *self.children[1:]], grace)
        self._stop_all(self.children[:1], grace)
        self._lifeline.cut()

    def _stop_all(self, children: Iterable[Child], grace: float) -> None:
        left = list(children)
        for child in reversed(left):
            child.ask_to_stop()
        deadline = time.monotonic() + grace
        while left and time.monotonic() < deadline and not self._hurry:
            left = [child for child in left if not child.wait(time.monotonic() + 0.05)]
        for child in children:
            child.kill()
