"""Where an endpoint may lead: as it is written, and as it resolves at the moment of connecting."""

import socket
import threading
from typing import Any

import pytest

from experiments.addresses import Address, check_reach, literal, names_host, reach, read_address
from experiments.alignment.errors import ConfigError
from tasks.policies.endpoint_line import Line
from tasks.policies.endpoint_wire import Failed, Key, Reply
from tests.support import stub_endpoint as stub


@pytest.mark.parametrize(
    ("url", "read"),
    [
        ("https://api.example.com/v1", "https://api.example.com/v1"),
        ("https://api.example.com", "https://api.example.com/v1"),
        (" http://Gpu.Lan:8000/openai/v1/ ", "http://gpu.lan:8000/openai/v1"),
        ("http://[2001:db8::1]:8000/v1", "http://[2001:db8::1]:8000/v1"),
        ("https://api.example.com:443/v1/chat/completions", "https://api.example.com/v1"),
    ],
)
def test_an_address_is_read_to_one_form(url: str, read: str) -> None:
    assert read_address(url).url == read


@pytest.mark.parametrize(
    "url",
    [
        "", "api.example.com", "ftp://x/v1", "file:///etc/passwd", "gopher://x", "http://", "http:///v1",
        "http://ann:secret-pw@x/v1", "http://x/v1?key=1", "http://x/v1#a", "http://x/v1?", "http://x:0/v1",
        "http://x:99999/v1", "http://x y/v1", "http://x\\@127.0.0.1/v1", "http://x\r\nHost: y/v1", "http://[::1/v1",
        "http://é.example/v1", "http://x/" + "a" * 400, "http://-x-/v1", "javascript:alert(1)",
    ],
)  # fmt: skip
def test_what_is_no_plain_http_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ConfigError) as refused:
        read_address(url)
    assert refused.value.field == "endpoint"
    assert "secret-pw" not in refused.value.message


@pytest.mark.parametrize(
    ("host", "written"),
    [
        ("127.0.0.1", "127.0.0.1"), ("127.0.0.1.", "127.0.0.1"), ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"), ("0177.0.0.1", "127.0.0.1"), ("127.1", "127.0.0.1"), ("0", "0.0.0.0"),
        ("0xa9fea9fe", "169.254.169.254"), ("localhost", "127.0.0.1"), ("a.localhost", "127.0.0.1"), ("::1", "::1"),
        ("example.com", None), ("1.example", None), ("999.1", None),
    ],
)  # fmt: skip
def test_an_address_in_any_notation_is_recognised(host: str, written: str | None) -> None:
    assert literal(host) == written


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("8.8.8.8", "public"), ("2606:4700::1111", "public"), ("64:ff9b::808:808", "public"),
        ("127.0.0.1", "inside"), ("127.9.9.9", "inside"), ("10.0.0.1", "inside"), ("172.16.0.1", "inside"),
        ("192.168.1.1", "inside"), ("100.64.0.1", "inside"), ("198.18.0.1", "inside"), ("::1", "inside"),
        ("fd12::1", "inside"), ("::ffff:127.0.0.1", "inside"), ("::ffff:10.0.0.1", "inside"), ("::7f00:1", "inside"),
        ("64:ff9b::7f00:1", "inside"), ("2002:7f00:1::", "inside"), ("2001:db8::1", "inside"),
        ("fec0::1", "inside"), ("64:ff9b:1:7f00:0:100:808:808", "never"),
        ("169.254.169.254", "never"), ("169.254.1.1", "never"), ("fe80::1", "never"), ("fe80::1%eth0", "never"),
        ("::ffff:169.254.169.254", "never"), ("64:ff9b::a9fe:a9fe", "never"), ("2002:a9fe:a9fe::", "never"),
        ("fd00:ec2::254", "never"), ("100.100.100.200", "never"), ("168.63.129.16", "never"), ("0.0.0.0", "never"),
        ("::", "never"), ("224.0.0.1", "never"), ("ff02::1", "never"), ("240.0.0.1", "never"),
        ("255.255.255.255", "never"), ("192.0.0.192", "never"),
    ],
)  # fmt: skip
def test_where_an_address_leads(address: str, leads: str) -> None:
    assert reach(address) == leads


def test_inside_needs_leave_never_is_never_and_a_key_goes_out_encrypted_alone() -> None:
    plain, safe = Address("http", "x.example", 80, "/v1"), Address("https", "x.example", 443, "/v1")
    check_reach(plain, "10.0.0.1", inside=True, with_key=True)
    check_reach(plain, "8.8.8.8", inside=False, with_key=False)
    check_reach(safe, "8.8.8.8", inside=False, with_key=True)
    for refused in (
        lambda: check_reach(safe, "10.0.0.1", inside=False, with_key=False),
        lambda: check_reach(safe, "169.254.169.254", inside=True, with_key=False),
        lambda: check_reach(plain, "8.8.8.8", inside=True, with_key=True),
    ):
        with pytest.raises(ConfigError):
            refused()


def test_a_listed_host_means_its_port_where_one_is_given() -> None:
    address = read_address("http://Gpu.lan:8000/v1")
    assert names_host(["gpu.lan"], address)
    assert names_host(["other", "GPU.lan:8000"], address)
    assert not names_host(["gpu.lan:8001", "lan", "xgpu.lan"], address)
    assert names_host(["[::1]:8000"], read_address("http://[::1]:8000/v1"))


def resolved(monkeypatch: pytest.MonkeyPatch, *answers: str) -> list[str]:
    """Lets the name model.test mean one address after another, the last one from then on; returns who asked."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, port: Any, *given: Any, **named: Any) -> Any:
        asked.append(host)
        if host != "model.test":
            return real(host, port, *given, **named)
        found = answers[min(asked.count("model.test"), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found.split()]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


def sent(port: int, inside: bool) -> Reply | Failed:
    address = Address("http", "model.test", port, "/v1")
    with Line(address, Key(""), 5, inside) as line:
        return line.send(b"{}").result(10)


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = resolved(monkeypatch, "127.0.0.1", "169.254.169.254")
    with stub.running_stub(always=stub.answer()) as server:
        reply = sent(server.port, inside=True)
        assert isinstance(reply, Reply)
        assert reply.status == 200
        assert server.seen[0]["headers"]["Host"] == f"model.test:{server.port}"
    assert asked.count("model.test") == 1


@pytest.mark.parametrize("answer", ["127.0.0.1", "8.8.8.8 127.0.0.1", "169.254.169.254", "0.0.0.0"])
def test_a_name_that_leads_inside_is_refused_before_anything_is_sent(
    monkeypatch: pytest.MonkeyPatch, answer: str
) -> None:
    resolved(monkeypatch, answer)
    with stub.running_stub() as server:
        with pytest.raises(ConfigError, match="address"):
            sent(server.port, inside=False)
        assert server.seen == []


def test_the_next_address_is_tried_where_one_takes_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    resolved(monkeypatch, "127.0.0.9 127.0.0.1")
    with stub.running_stub() as server:
        assert isinstance(sent(server.port, inside=True), Reply)


def test_a_name_without_an_address_is_a_failure_that_may_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*given: Any, **named: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    failed = sent(80, inside=False)
    assert isinstance(failed, Failed)
    assert (failed.kind, failed.why) == ("busy", "cannot be reached (model.test has no address)")


def test_a_redirect_is_reported_and_not_followed() -> None:
    with stub.running_stub() as target, stub.running_stub() as server:
        server.always = stub.raw(b"", 307, Location=target.url)
        with Line(read_address(server.url), Key("key-1"), 5, inside=True) as line:
            reply = line.send(b"{}").result(10)
        assert isinstance(reply, Reply)
        assert reply.status == 307
        assert target.seen == []


def test_over_https_the_name_that_was_registered_is_asked_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    resolved(monkeypatch, "127.0.0.1")
    hello = bytearray()
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def greet() -> None:
            connection, _ = listener.accept()
            with connection:
                hello.extend(connection.recv(4096))

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        with Line(Address("https", "model.test", listener.getsockname()[1], "/v1"), Key(""), 5, True) as line:
            failed = line.send(b"{}").result(10)
        thread.join(5)
    assert isinstance(failed, Failed)
    assert b"model.test" in hello
