"""What several tests of pages and commands begin with."""

import pytest

from tests.support.factories import make_dataset, make_model, make_user


@pytest.fixture
def library():
    """A model and a data set to launch on."""
    make_model("tiny")
    make_dataset("sums", train=40, probe=20, gold=20)


@pytest.fixture
def owner(client):
    """A researcher who is signed in."""
    user = make_user("researcher")
    client.force_login(user)
    return user
