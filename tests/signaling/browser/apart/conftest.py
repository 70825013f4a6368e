"""A browser that believes the relays of a test when they speak TLS."""

import pytest

from tests.signaling.relay.authority import Authority, believing_chromium


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="session")
async def chromium(authority):
    async with believing_chromium(authority) as browser:
        yield browser
