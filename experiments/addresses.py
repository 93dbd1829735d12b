"""Which addresses an endpoint may have. The server reaches more than its users may, so what it asks is checked twice:
as it is written, when the endpoint is registered, and as it resolves, each time before it is connected to.
"""

import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Literal
from urllib.parse import urlsplit

from experiments.alignment.errors import ConfigError

Reach = Literal["public", "inside", "never"]
"""Anybody's; this machine's or its network's, which an operator may allow; and what no endpoint may ever be."""

PRINTABLE = re.compile(r"[\x21-\x7e]{1,300}")
HOST_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_.])?")
NUMBERS = re.compile(r"(0[xX][0-9a-fA-F]*|[0-9]+)(\.(0[xX][0-9a-fA-F]*|[0-9]+)){0,3}")
PORTS = {"http": 80, "https": 443}
METADATA = frozenset(
    ip_address(a)
    for a in ("100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254")
)
"""Where clouds hand out a machine's credentials, beside the link-local 169.254.169.254."""
TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("::/96"))
"""IPv6 networks whose last 32 bits are an IPv4 address."""
LOCALLY_TRANSLATED = ip_network("64:ff9b:1::/48")
"""Its addresses carry an IPv4 address at a place that only the local network knows."""


@dataclass(frozen=True)
class Address:
    """A checked http or https address without credentials, query or fragment."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def netloc(self) -> str:
        """Host and, where it is not the scheme's, port; an IPv6 address stands in brackets."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.netloc}{self.path}"


def read_address(url: str) -> Address:
    """The base address of an OpenAI-compatible server; `/v1` where it names no path. Raises ConfigError."""
    text = url.strip().rstrip("/").removesuffix("/chat/completions")
    if not PRINTABLE.fullmatch(text) or "\\" in text:
        raise _refused(url, "an address is at most 300 printable letters without spaces or backslashes")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _refused(url, "it cannot be read") from None
    if parts.scheme not in PORTS:
        raise _refused(url, "only http and https are spoken")
    if "@" in parts.netloc or parts.query or parts.fragment or "?" in text or "#" in text:
        raise ConfigError(
            "The address of an endpoint carries no user, password, query or fragment; a key is named by its variable.",
            field="endpoint",
        )
    if port == 0 or not (_is_ip(host) or HOST_NAME.fullmatch(host)):
        raise _refused(url, "its host or port is none")
    return Address(parts.scheme, host, port or PORTS[parts.scheme], parts.path or "/v1")


def _refused(url: str, why: str) -> ConfigError:
    # What stands before an @ may be a password.
    shown = url.rpartition("@")[2][:120]
    return ConfigError(
        f"{shown!r} is no address of an endpoint: {why}; one looks like https://api.example.com/v1.",
        field="endpoint",
    )


def _is_ip(host: str) -> bool:
    try:
        return bool(ip_address(host))
    except ValueError:
        return False


def literal(host: str) -> str | None:
    """The IP address that a host writes out, in whatever notation (decimal, octal, hexadecimal); None for a name."""
    bare = host.rstrip(".")
    if bare.lower() == "localhost" or bare.lower().endswith(".localhost"):
        return "127.0.0.1"
    if _is_ip(bare):
        return bare
    if NUMBERS.fullmatch(bare):
        try:
            return socket.inet_ntoa(socket.inet_aton(bare))
        except OSError:
            return None
    return None


def reach(address: str) -> Reach:
    """Where an IP address leads; one that carries another inside (mapped, translated, 6to4) leads where that does."""
    found = _unwrapped(ip_address(address.partition("%")[0]))
    if found in METADATA or found in LOCALLY_TRANSLATED:
        return "never"
    if found.is_link_local or found.is_multicast or found.is_unspecified:
        return "never"
    if found.is_loopback:
        return "inside"
    if found.is_reserved or str(found) == "255.255.255.255":
        return "never"
    site_local = isinstance(found, IPv6Address) and found.is_site_local
    return "public" if found.is_global and not site_local else "inside"


def _unwrapped(found: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(found, IPv4Address) or int(found) <= 1:
        return found
    if found.ipv4_mapped or found.sixtofour:
        return found.ipv4_mapped or found.sixtofour or found
    if found.teredo:
        return found.teredo[1]
    return IPv4Address(int(found) & 0xFFFFFFFF) if any(found in net for net in TRANSLATED) else found


def names_host(listed: Iterable[str], address: Address) -> bool:
    """Whether a list of `host` and `host:port` names the address. A host without a port means every port of it."""
    return any(
        one.lower() in (_bracketed(address), f"{_bracketed(address)}:{address.port}") for one in listed
    )


def _bracketed(address: Address) -> str:
    host = address.host.lower()
    return f"[{host}]" if ":" in host else host


def check_reach(address: Address, found: str, inside: bool, with_key: bool) -> None:
    """Raises ConfigError where an endpoint must not lead to `found`, an IP address.

    `inside` allows this machine and its network; a key is never sent unencrypted over anybody's network.
    """
    leads = reach(found)
    if leads == "never":
        raise ConfigError(
            f"{address.netloc} is {found}, an address that no endpoint may have (link-local, metadata, multicast or "
            "reserved).",
            field="endpoint",
        )
    if leads == "inside" and not inside:
        raise ConfigError(
            f"{address.netloc} is {found}, an address of this machine or its network: an operator allows it with "
            f"ENDPOINT_HOSTS={_bracketed(address)}:{address.port}.",
            field="endpoint",
        )
    if leads == "public" and with_key and address.scheme == "http":
        raise ConfigError(f"{address.netloc} would get the key unencrypted; use https.", field="endpoint")
