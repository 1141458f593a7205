"""A provider in the place of NHS CIS2, which each test meets as if it were new."""

import pytest

from mavis.cis2_access import Access
from mavis.sign_in import provider as ours
from tests.sign_in import provider as fake


@pytest.fixture(scope="session")
def _server():
    with fake.running() as server:
        yield server


@pytest.fixture
def cis2(settings, _server):
    ours.of.cache_clear()
    provider = _server.begin_anew()
    settings.CIS2 = Access(
        issuer=provider.address,
        client_id="mavis",
        acr="AAL3_ANY",
        secret="a secret",
    )
    yield provider
    ours.of.cache_clear()
