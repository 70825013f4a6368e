from server import config, doctor
from tests.signaling.relay.authority import Authority
from tests.signaling.relay.coturn import Coturn


async def test_the_doctor_tries_the_relay_as_a_browser_does(
    tmp_path, capsys, monkeypatch
):
    authority = Authority(tmp_path)
    async with Coturn(tmp_path, "127.0.0.1", authority=authority) as coturn:
        plain, covered = coturn.relay("udp", "tls").urls
        secret = tmp_path / "secret"
        secret.write_text(coturn.secret, encoding="utf-8")
        secret.chmod(0o600)
        settings = config.load(
            {
                "TRAMXA_DATA_DIR": str(tmp_path),
                "TURN_URLS": f"{plain},{covered}",
                "TURN_SECRET_FILE": str(secret),
            }
        )
        await doctor.examine(settings)
        assert f"không tới được ['{covered}']" in capsys.readouterr().out

        # A machine that believes whoever signed for the relay.
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.certificate))
        await doctor.examine(settings)
        assert "2 địa chỉ\n" in capsys.readouterr().out
