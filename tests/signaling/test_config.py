import base64
import hashlib
import hmac

import pytest

from signaling.config import BadSetting, from_environment
from signaling.ice import Relay, servers_for
from signaling.tickets import new_key_pair_pem


@pytest.fixture
def environment(tmp_path):
    (tmp_path / "key.pem").write_bytes(new_key_pair_pem()[1])
    (tmp_path / "nats").write_text("signaling:very:secret\n")
    (tmp_path / "turn").write_text("shared\n")
    (tmp_path / "empty").write_text("\n")
    return {
        "SIGNALING_ORIGINS": "https://kham.example.vn, http://127.0.0.1:8080",
        "TICKET_PUBLIC_KEY_FILE": str(tmp_path / "key.pem"),
        "NATS_URL": "nats://127.0.0.1:4222",
        "NATS_CREDENTIALS_FILE": str(tmp_path / "nats"),
        "TURN_URLS": "turn:turn.example.vn?transport=udp,turns:turn.example.vn:443",
        "TURN_SECRET_FILE": str(tmp_path / "turn"),
    }


def test_settings_come_from_the_environment_and_secrets_from_files(environment):
    settings = from_environment(environment)
    assert settings.public_url == "ws://127.0.0.1:8081/signaling"
    assert settings.origins == {"https://kham.example.vn", "http://127.0.0.1:8080"}
    assert (settings.nats.user, settings.nats.password) == ("signaling", "very:secret")
    assert settings.relay is not None
    assert settings.relay.secret == "shared"
    assert "secret" not in repr(settings)
    assert "shared" not in repr(settings)


def test_turn_and_credentials_may_be_left_out(environment):
    for name in ("TURN_URLS", "TURN_SECRET_FILE", "NATS_CREDENTIALS_FILE"):
        del environment[name]
    settings = from_environment(environment)
    assert settings.relay is None
    assert settings.nats.user is None


def test_the_address_of_nats_may_be_read_from_a_file(environment, tmp_path):
    (tmp_path / "address").write_text("nats://user:secret@10.0.0.9:4222\n")
    del environment["NATS_URL"]
    environment["NATS_URL_FILE"] = str(tmp_path / "address")
    assert from_environment(environment).nats.url == "nats://user:secret@10.0.0.9:4222"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIGNALING_PORT", "http"),
        ("SIGNALING_PORT", "70000"),
        ("SIGNALING_PORT", "0"),
        ("SIGNALING_PUBLIC_URL", "http://kham.example.vn"),
        ("SIGNALING_PUBLIC_URL", "wss://"),
        ("SIGNALING_NODE", "node.1"),
        ("SIGNALING_ORIGINS", ""),
        ("SIGNALING_ORIGINS", "https://kham.example.vn/"),
        ("SIGNALING_ORIGINS", "*"),
        ("TICKET_PUBLIC_KEY_FILE", "/nowhere/key.pem"),
        ("NATS_URL", ""),
        ("NATS_URL", "http://127.0.0.1"),
        ("NATS_CREDENTIALS_FILE", "/nowhere/nats"),
        ("NATS_CREDENTIALS_FILE", "{turn}"),
        ("NATS_CREDENTIALS_FILE", "{empty}"),
        ("TURN_URLS", "stun:turn.example.vn"),
        ("TURN_URLS", ""),
        ("TURN_SECRET_FILE", ""),
    ],
)
def test_a_bad_value_stops_the_program_with_its_name(
    environment, tmp_path, name, value
):
    value = value.format(turn=tmp_path / "turn", empty=tmp_path / "empty")
    with pytest.raises(BadSetting) as bad:
        from_environment(environment | {name: value})
    prefix = "SIGNALING_PORT" if value == "0" else name
    assert prefix in str(bad.value)
    assert str(bad.value).endswith(".")


def test_turn_credentials_are_what_coturn_computes():
    (server,) = servers_for(Relay(("turn:t",), "north"), "someone", now=1000.9)
    assert server.username == "1900:someone"
    digest = hmac.digest(b"north", b"1900:someone", hashlib.sha1)
    assert server.credential == base64.b64encode(digest).decode()
    assert servers_for(None, "someone", now=1000) == ()
