"""A real HTTP server that speaks chat/completions well or badly, as a test tells it."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Act = Callable[["Handler", dict[str, Any]], None]


@dataclass
class Stub:
    """What the server saw, and how it behaves: `script` first, one act a request, then `always`."""

    url: str = ""
    port: int = 0
    script: list[Act] = field(default_factory=list)
    always: Act = field(default_factory=lambda: answer())
    seen: list[dict[str, Any]] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    most_at_once: int = 0
    under_way: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)
    stopped: threading.Event = field(default_factory=threading.Event)


class Handler(BaseHTTPRequestHandler):
    """One connection. A client that hangs up is no error of the server's."""

    stub: Stub

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        stub = self.stub
        with stub.lock:
            stub.seen.append({"path": self.path, "headers": dict(self.headers), "body": body})
            stub.at.append(time.monotonic())
            stub.under_way += 1
            stub.most_at_once = max(stub.most_at_once, stub.under_way)
            act = stub.script.pop(0) if stub.script else stub.always
        try:
            act(self, body)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True
        finally:
            with stub.lock:
                stub.under_way -= 1

    def log_message(self, format: str, *args: Any) -> None:
        return

    def say(self, status: int, body: bytes, promised: int | None = None, **headers: str) -> None:
        """A response of so many bytes, or of more than it `promised`."""
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(promised or len(body)))
        self.end_headers()
        self.wfile.write(body)


def message(text: str | None, finish: str = "stop", usage: dict[str, Any] | None = None) -> bytes:
    """The body of a good response."""
    said = {"choices": [{"message": {"role": "assistant", "content": text}, "finish_reason": finish}]}
    return json.dumps(said | ({"usage": usage} if usage else {})).encode()


def usage(read: int, written: int) -> dict[str, Any]:
    return {"prompt_tokens": read, "completion_tokens": written, "total_tokens": read + written}


def answer(text: str | None = "It is 4.", finish: str = "stop", counted: dict[str, Any] | None = None) -> Act:
    """Answers; by default says that it read 10 tokens and wrote 5."""
    return lambda handler, body: handler.say(200, message(text, finish, counted or usage(10, 5)))


def uncounted(text: str = "It is 4.") -> Act:
    return lambda handler, body: handler.say(200, message(text))


def echo() -> Act:
    """Answers with the last message it was sent."""
    return lambda handler, body: handler.say(
        200, message(body["messages"][-1]["content"], usage=usage(10, 5))
    )


def raw(body: bytes, status: int = 200, **headers: str) -> Act:
    return lambda handler, _: handler.say(status, body, **headers)


def error(status: int, text: str = "no", **headers: str) -> Act:
    return raw(json.dumps({"error": {"message": text}}).encode(), status, **headers)


def cut() -> Act:
    """Promises more than it sends, and hangs up."""

    def act(handler: Handler, body: dict[str, Any]) -> None:
        handler.say(200, message("It is 4.")[:20], promised=500)
        handler.close_connection = True

    return act


def hang_up() -> Act:
    """Says nothing at all and closes."""

    def act(handler: Handler, body: dict[str, Any]) -> None:
        handler.close_connection = True

    return act


def stall(seconds: float = 60) -> Act:
    """Says nothing for a while, or until the test is over."""

    def act(handler: Handler, body: dict[str, Any]) -> None:
        handler.stub.stopped.wait(seconds)
        handler.close_connection = True

    return act


def drip(seconds: float = 0.2) -> Act:
    """Sends one byte after another, each soon enough for a limit that looks at single reads."""

    def act(handler: Handler, body: dict[str, Any]) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        while not handler.stub.stopped.wait(seconds):
            handler.wfile.write(b" ")

    return act


@contextmanager
def running_stub(*script: Act, always: Act | None = None) -> Iterator[Stub]:
    """A stub on a port of its own."""
    stub = Stub(script=list(script))
    stub.always = always or stub.always
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"stub": stub}))
    server.daemon_threads = True
    stub.port = server.server_address[1]
    stub.url = f"http://127.0.0.1:{stub.port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        stub.stopped.set()
        server.shutdown()
        server.server_close()
