"""Where the web process is reached, and whether it answers."""

import http.client

EVERY_INTERFACE = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "[::]": "[::1]"}  # noqa: S104  (recognised only)


def base_url(host: str, port: int) -> str:
    """The address to open in a browser on this machine."""
    shown = EVERY_INTERFACE.get(host, host)
    return f"http://{f'[{shown}]' if ':' in shown and not shown.startswith('[') else shown}:{port}"


def answers(url: str) -> bool:
    """Whether an HTTP server answers at `url` at all; its status does not matter."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=5)
    try:
        connection.request("GET", "/healthz")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True
