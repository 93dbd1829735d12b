"""The connection to an endpoint: to the very address that was checked, bounded in time and size, never redirected.

It lives on a thread of its own, so that whoever waits for an answer can break off at once.
"""

import asyncio
import logging
import socket
import ssl
import threading
from concurrent.futures import Future
from functools import cache
from types import TracebackType

import httpx2

from experiments.addresses import Address, check_reach
from tasks.policies.endpoint_wire import Failed, Key, Reply

LARGEST_BODY = 4 * 2**20
CONNECT_SECONDS = 10.0
CLOSING_SECONDS = 2.0

# One line a request would drown a worker's log.
logging.getLogger("httpx2").setLevel(logging.WARNING)


@cache
def _certificates() -> ssl.SSLContext:
    """Those of the system, or of SSL_CERT_FILE; reading them takes a while."""
    return ssl.create_default_context()


class Line:
    """Sends requests to one endpoint while it is open; leaving it breaks off whatever is under way.

    `inside` allows addresses of this machine and its network.
    """

    def __init__(self, address: Address, key: Key, seconds: float, inside: bool) -> None:
        self.address, self.key, self.seconds, self.inside = address, key, seconds, inside
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="endpoint", daemon=True)

    def __enter__(self) -> "Line":
        self._client = httpx2.AsyncClient(
            verify=_certificates(),
            timeout=httpx2.Timeout(self.seconds, connect=CONNECT_SECONDS),
            follow_redirects=False,
            trust_env=False,
        )
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self._loop)
        self._thread.join(CLOSING_SECONDS)

    def send(self, body: bytes) -> "Future[Reply | Failed]":
        """The response to one request, or why there is none. Raises (in the future) ConfigError for a host that
        resolves to an address which no endpoint may have.
        """
        return asyncio.run_coroutine_threadsafe(self._send(body), self._loop)

    def _run(self) -> None:
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()

    async def _hang_up(self) -> None:
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self._client.aclose()
        self._loop.stop()

    async def _send(self, body: bytes) -> Reply | Failed:
        try:
            async with asyncio.timeout(self.seconds):
                return await self._to_some_address(body)
        except (TimeoutError, httpx2.TimeoutException):
            return Failed("slow", f"does not answer within {self.seconds:g} s")
        except httpx2.HTTPError as error:
            return Failed("busy", f"breaks the connection ({type(error).__name__})")
        except OSError as error:
            return Failed("busy", f"cannot be reached ({error.strerror or type(error).__name__})")

    async def _to_some_address(self, body: bytes) -> Reply | Failed:
        """Its addresses one after another, until one takes the connection."""
        failed = Failed("busy", "has no address")
        for found in await checked_addresses(self.address, self.inside, bool(self.key.headers())):
            try:
                return await self._post(found, body)
            except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
                failed = Failed("busy", f"cannot be reached ({str(error)[:120] or 'no connection'})")
        return failed

    async def _post(self, found: str, body: bytes) -> Reply:
        """Connects to an address that was checked, whatever the name means by now; the name is sent and certified."""
        host = f"[{found}]" if ":" in found else found
        url = f"{self.address.scheme}://{host}:{self.address.port}{self.address.path}/chat/completions"
        headers = {
            "Host": self.address.netloc,
            "Content-Type": "application/json",
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            **self.key.headers(),
        }
        named = {"sni_hostname": self.address.host}
        async with self._client.stream(
            "POST", url, content=body, headers=headers, extensions=named
        ) as response:
            return await _read(response)


async def _read(response: httpx2.Response) -> Reply:
    """At most LARGEST_BODY bytes; a longer, packed or broken body is None."""
    status, wait = response.status_code, response.headers.get("Retry-After", "")
    if response.headers.get("Content-Encoding", "identity") != "identity":
        return Reply(status, None, wait)
    body = bytearray()
    try:
        async for piece in response.aiter_raw():
            body += piece
            if len(body) > LARGEST_BODY:
                return Reply(status, None, wait)
    except (httpx2.RemoteProtocolError, httpx2.ReadError):
        return Reply(status, None, wait)
    return Reply(status, bytes(body), wait)


async def checked_addresses(address: Address, inside: bool, with_key: bool) -> list[str]:
    """The IP addresses of an endpoint's host. Raises ConfigError where one of them may not be an endpoint's."""
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise OSError(0, f"{address.host} has no address") from error
    addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
    for one in addresses:
        check_reach(address, one, inside, with_key)
    return addresses
