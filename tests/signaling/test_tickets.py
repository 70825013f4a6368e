from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from signaling.tickets import (
    Role,
    Ticket,
    TicketRefused,
    issue,
    load_private_key,
    load_public_key,
    new_key_pair_pem,
    verify,
)

KEY = Ed25519PrivateKey.generate()
NOW = datetime(2026, 11, 22, 1, 2, 3, 456789, tzinfo=UTC)
TICKET = Ticket("room-0123456789abcdef", "someone-0123456789", Role.STATION, "node-1")
CLAIMS = {
    "iss": "tramxa-server",
    "aud": "tramxa-signaling",
    "sub": TICKET.participant,
    "room": TICKET.room,
    "role": "station",
    "node": "node-1",
    "iat": NOW.timestamp(),
    "exp": NOW.timestamp() + 60,
    "jti": "once",
}
HEADER = {"typ": "tramxa-call+jwt"}


def test_a_ticket_comes_back_as_it_was_issued():
    verified = verify(issue(KEY, TICKET, NOW), KEY.public_key(), NOW)
    assert verified.ticket == TICKET
    assert verified.expires_at - verified.issued_at == timedelta(seconds=60)


def test_no_two_tickets_share_their_number():
    numbers = {
        verify(issue(KEY, TICKET, NOW), KEY.public_key(), NOW).jti for _ in range(50)
    }
    assert len(numbers) == 50


@pytest.mark.parametrize(
    ("changed", "header", "code"),
    [
        ({}, {"typ": "JWT"}, "ticket_invalid"),
        ({}, {"typ": None}, "ticket_invalid"),
        ({}, HEADER | {"crit": ["b64"], "b64": False}, "ticket_invalid"),
        ({"aud": "somebody-else"}, HEADER, "ticket_invalid"),
        ({"aud": ["other"]}, HEADER, "ticket_invalid"),
        ({"iss": "somebody-else"}, HEADER, "ticket_invalid"),
        ({"role": "administrator"}, HEADER, "ticket_invalid"),
        ({"room": "short"}, HEADER, "ticket_invalid"),
        ({"room": "a.room.with.subject.tokens"}, HEADER, "ticket_invalid"),
        ({"room": 17}, HEADER, "ticket_invalid"),
        ({"sub": "*" * 20}, HEADER, "ticket_invalid"),
        ({"node": ""}, HEADER, "ticket_invalid"),
        ({"exp": NOW.timestamp() + 600}, HEADER, "ticket_invalid"),
        ({"exp": 1e300}, HEADER, "ticket_invalid"),
        ({"iat": "yesterday"}, HEADER, "ticket_invalid"),
        (
            {"iat": NOW.timestamp() + 30, "exp": NOW.timestamp() + 60},
            HEADER,
            "ticket_invalid",
        ),
        (
            {"iat": NOW.timestamp() - 61, "exp": NOW.timestamp() - 1},
            HEADER,
            "ticket_expired",
        ),
    ],
)
def test_a_ticket_that_is_wrong_in_one_thing_is_refused(changed, header, code):
    token = jwt.encode(CLAIMS | changed, KEY, algorithm="EdDSA", headers=header)
    with pytest.raises(TicketRefused) as refused:
        verify(token, KEY.public_key(), NOW)
    assert refused.value.code == code


@pytest.mark.parametrize("missing", sorted(CLAIMS))
def test_a_ticket_without_one_of_its_claims_is_refused(missing):
    claims = {name: value for name, value in CLAIMS.items() if name != missing}
    token = jwt.encode(claims, KEY, algorithm="EdDSA", headers=HEADER)
    with pytest.raises(TicketRefused):
        verify(token, KEY.public_key(), NOW)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "not a token",
        "a.b.c",
        "a" * 2000,
        jwt.encode(CLAIMS, None, algorithm="none", headers=HEADER),
        jwt.encode(CLAIMS, "k" * 64, algorithm="HS256", headers=HEADER),
        jwt.encode(
            CLAIMS, Ed25519PrivateKey.generate(), algorithm="EdDSA", headers=HEADER
        ),
    ],
)
def test_a_ticket_that_the_server_did_not_sign_is_refused(token):
    with pytest.raises(TicketRefused) as refused:
        verify(token, KEY.public_key(), NOW)
    assert refused.value.code == "ticket_invalid"


def test_a_ticket_with_one_character_changed_is_refused():
    head, body, signature = issue(KEY, TICKET, NOW).split(".")
    changed = body[:10] + ("A" if body[10] != "A" else "B") + body[11:]
    with pytest.raises(TicketRefused):
        verify(f"{head}.{changed}.{signature}", KEY.public_key(), NOW)


def test_keys_survive_their_files(tmp_path):
    private, public = new_key_pair_pem()
    (tmp_path / "private.pem").write_bytes(private)
    (tmp_path / "public.pem").write_bytes(public)
    token = issue(load_private_key(tmp_path / "private.pem"), TICKET, NOW)
    verified = verify(token, load_public_key(tmp_path / "public.pem"), NOW)
    assert verified.ticket == TICKET


@pytest.mark.parametrize("load", [load_private_key, load_public_key])
def test_another_kind_of_key_is_a_clear_error(tmp_path, load):
    other = generate_private_key(SECP256R1())
    pem = (
        other.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        if load is load_private_key
        else other.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    path = tmp_path / "key.pem"
    for content, sentence in [(pem, "not an Ed25519"), (b"nonsense", "no readable")]:
        path.write_bytes(content)
        with pytest.raises(ValueError, match=sentence):
            load(path)
