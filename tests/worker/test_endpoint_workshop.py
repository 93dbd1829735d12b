"""What stands between a registered endpoint and its policy: the key, the operator's word, and the money."""

import threading
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection

from experiments import models as m
from experiments.alignment.errors import ConfigError
from experiments.alignment.learners import SFT, CommitContext, Lesson
from experiments.alignment.sample_kinds import Demonstration
from experiments.alignment.types import Message
from experiments.endpoints import Bought, Settled
from experiments.services import endpoint_gate, endpoints
from tasks.checkpoints import model_checkpoint
from tasks.endpoints import EndpointWorkshop
from tasks.keys import read_key

pytestmark = pytest.mark.django_db(transaction=True)
SECRET = "sk-of-a-test-0123456789"


@pytest.fixture(autouse=True)
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TEACHER_KEY", SECRET)


def test_the_cap_and_what_was_spent_are_added_up_by_several_at_once() -> None:
    far = endpoints.register_endpoint("far", {"url": "https://x.example", "model": "m"}, operator=True)

    def buy() -> None:
        for _ in range(10):
            endpoint_gate.settle(far.pk, [Settled(0, bought=Bought(1, 2, 3, 0, 0.5))])
        connection.close()

    threads = [threading.Thread(target=buy) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    row = m.EndpointSpending.objects.get(model=far)
    assert (row.answers, row.tokens_read, row.tokens_written, row.spent) == (40, 80, 120, 20.0)


def test_a_key_is_read_from_a_file_that_its_owner_alone_can_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TEACHER_KEY")
    far = endpoints.register_endpoint(
        "far", {"url": "https://x.example", "model": "m", "key_env": "TEACHER_KEY"}, operator=True
    )
    found = endpoints.settings_of(far)
    folder = Path(django_settings.DATA_DIR) / "secrets"
    folder.mkdir(exist_ok=True)
    path = folder / "TEACHER_KEY"
    path.write_text(SECRET + "\n")
    path.chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600"):
        read_key(found)
    path.chmod(0o600)
    assert read_key(found).headers() == {"Authorization": f"Bearer {SECRET}"}
    path.write_text("two words")
    with pytest.raises(ConfigError) as refused:
        read_key(found)
    assert "two words" not in refused.value.message
    path.unlink()


def test_a_web_endpoint_loses_its_key_when_the_operator_takes_the_host_back(settings: Any) -> None:
    settings.ENDPOINT_KEYS = {"TEACHER_KEY": ("x.example",)}
    wish = {"url": "https://x.example", "model": "m", "key_env": "TEACHER_KEY"}
    found = endpoints.settings_of(endpoints.register_endpoint("far", wish, operator=False))
    assert read_key(found).headers()["Authorization"].endswith(SECRET)
    settings.ENDPOINT_KEYS = {}
    with pytest.raises(ConfigError, match="may not be sent"):
        read_key(found)


def test_a_web_endpoint_loses_its_place_inside_when_the_operator_takes_it_back(settings: Any) -> None:
    settings.ENDPOINT_HOSTS = ("localhost:81",)
    near = endpoints.register_endpoint("near", {"url": "http://localhost:81", "model": "m"}, operator=False)
    assert endpoints.in_force(near).inside
    settings.ENDPOINT_HOSTS = ("localhost:82",)
    with pytest.raises(ConfigError, match="ENDPOINT_HOSTS"):
        endpoints.in_force(near)


def test_an_endpoint_commits_texts_and_trains_nothing(tmp_path: Path) -> None:
    run = m.Run.objects.none()
    far = endpoints.register_endpoint("far", {"url": "https://x.example", "model": "m"}, operator=True)
    shop, base = EndpointWorkshop(run, far, tmp_path), model_checkpoint(far)  # type: ignore[arg-type]
    assert base.model is None
    samples = [Demonstration((Message("user", "A rule?"),), "Be kind.")]
    made = shop.learn(Lesson(CommitContext(), samples, base, base, 0), lambda: None, lambda a, b: None)
    assert shop.statements(made.checkpoint) == ("Be kind.",)
    with pytest.raises(ConfigError, match="cannot be trained"):
        shop.learn(Lesson(SFT(), samples, base, base, 0), lambda: None, lambda a, b: None)
