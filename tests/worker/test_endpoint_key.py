"""A key shows itself to nobody: not whole, not in parts, not in another form that a server says back."""

import json
from base64 import b64encode

import pytest

from experiments.alignment.types import Ask, Message
from tasks.policies.endpoint_wire import Failed, Key, Reply, read_reply

SECRET = "sk-very/secret-0123456789"
ASK = Ask((Message("user", "Hello?"),), 20)


def said(status: int, body: bytes) -> str:
    found = read_reply(Reply(status, body), ASK, Key(SECRET))
    return found.why if isinstance(found, Failed) else found.completion.text


@pytest.mark.parametrize(
    "echo",
    [
        SECRET,
        SECRET[:-1],
        SECRET[3:20],
        b64encode(SECRET.encode()).decode(),
        b64encode(f"Bearer {SECRET}".encode()).decode(),
        f"{SECRET} and {SECRET}",
    ],
)
def test_it_is_cut_out_of_errors_and_answers(echo: str) -> None:
    answer = {"choices": [{"message": {"content": f"Your key is {echo}."}}]}
    for text in (said(401, f"Bad key {echo}".encode()), said(200, json.dumps(answer).encode())):
        assert "[key]" in text
        assert not any(SECRET[at : at + 12] in text for at in range(len(SECRET) - 11))
        assert echo[:16] not in text


def test_json_may_write_its_slash_otherwise_and_words_may_be_long() -> None:
    body = json.dumps({"error": {"message": f"{'x' * 5000} {SECRET}"}}).replace("/", "\\/")
    assert "secret" not in said(500, body.encode())
    padded = " " * (4000 - len(SECRET) + 1) + SECRET
    assert "secret" not in said(500, padded.encode())


def test_the_text_around_it_stays() -> None:
    assert Key(SECRET).scrub(f"a {SECRET} b {SECRET}{SECRET} c") == "a [key] b [key] c"
    assert Key("").scrub("anything") == "anything"
    assert Key("short").scrub("a short key") == "a [key] key"
