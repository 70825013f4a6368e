"""The shipped relay serves calls, and nobody who wants to reach inside through it."""

import ipaddress
import ssl
import time
from contextlib import ExitStack
from pathlib import Path
from signal import SIGUSR2

import pytest

from signaling.ice import CREDENTIAL_SECONDS, servers_for
from tests.signaling.conftest import opaque, until
from tests.signaling.relay.apart import run_apart
from tests.signaling.relay.authority import Authority
from tests.signaling.relay.coturn import Coturn
from tests.signaling.relay.turn import ACCEPTED, Caller

REFUSED, UNAUTHORIZED, QUOTA_REACHED = 403, 401, 486
USER_QUOTA, TOTAL_QUOTA = 48, 15 * 48
SPECIAL = [
    "0.0.0.1",
    "10.0.0.1",
    "100.64.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "172.16.0.1",
    "192.168.1.1",
    "224.0.0.1",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "fd00::1",
    "fe80::1",
]
PUBLIC = ["8.8.8.8", "2001:4860:4860::8888"]


@pytest.fixture(scope="module")
async def coturn(tmp_path_factory):
    folder = tmp_path_factory.mktemp("coturn")
    async with Coturn(folder, "127.0.0.1", "::1") as coturn:
        yield coturn


def caller(coturn, participant=None, age=0.0, secret=None):
    """Somebody with the credentials that a node lends, made as the node makes them."""
    relay = coturn.relay("udp")
    if secret:
        relay = type(relay)(relay.urls, secret)
    [lent] = servers_for(relay, participant or opaque(), time.time() - age)
    return Caller(coturn.address, coturn.port, lent)


@pytest.fixture
def inside(coturn):
    """Two callers with an address each, of IPv4 and of IPv6."""
    with caller(coturn) as four, caller(coturn) as six:
        assert four.allocate(4) == ACCEPTED
        assert six.allocate(6) == ACCEPTED
        yield {4: four, 6: six}


@pytest.mark.parametrize("peer", SPECIAL)
def test_an_address_inside_is_out_of_reach(inside, peer):
    one = inside[ipaddress.ip_address(peer).version]
    assert one.permit(peer) == REFUSED
    assert one.bind(peer) == REFUSED


@pytest.mark.parametrize("peer", PUBLIC)
def test_a_public_address_can_be_reached(inside, peer):
    one = inside[ipaddress.ip_address(peer).version]
    assert one.permit(peer) == ACCEPTED
    assert one.bind(peer) == ACCEPTED


def test_credentials_that_have_run_out_open_nothing(coturn):
    with caller(coturn, age=CREDENTIAL_SECONDS + 5) as late:
        assert late.allocate() == UNAUTHORIZED


def test_credentials_of_another_secret_open_nothing(coturn):
    with caller(coturn, secret="guessed") as forger:
        assert forger.allocate() == UNAUTHORIZED


def test_a_person_has_a_quota_that_fresh_credentials_do_not_renew(coturn):
    person = opaque()
    with ExitStack() as stack:
        assert crowd(stack, coturn, person, USER_QUOTA) == {ACCEPTED}
        with caller(coturn, person, age=60) as again, caller(coturn) as another:
            assert again.allocate() == QUOTA_REACHED
            assert another.allocate() == ACCEPTED


async def test_all_together_have_a_quota_below_the_ports_that_there_are(tmp_path):
    async with Coturn(tmp_path, "127.0.0.1") as coturn:
        with ExitStack() as stack:
            for _ in range(TOTAL_QUOTA // USER_QUOTA):
                assert crowd(stack, coturn, opaque(), USER_QUOTA) == {ACCEPTED}
            with caller(coturn) as another:
                assert another.allocate() == QUOTA_REACHED


def crowd(stack, coturn, person, size):
    """What one person is told who asks for so many addresses at once."""
    callers = [stack.enter_context(caller(coturn, person)) for _ in range(size)]
    return {one.allocate() for one in callers}


async def test_a_renewed_certificate_is_shown_without_a_restart(tmp_path):
    authority = Authority(tmp_path)
    async with Coturn(tmp_path, "127.0.0.1", authority=authority) as coturn:

        def shown():
            at = (coturn.address, coturn.tls_port)
            return ssl.get_server_certificate(at, ca_certs=str(authority.certificate))

        with caller(coturn) as one:
            assert one.allocate() == ACCEPTED
            former = shown()
            authority.certify(coturn.address)
            coturn.signal(SIGUSR2)
            await until(lambda: shown() != former)
            assert one.permit(PUBLIC[0]) == ACCEPTED


async def test_an_address_carries_so_much_a_second_and_no_more():
    output = await run_apart(Path(__file__).with_name("relay_rate.py"))
    assert "1 passed" in output
