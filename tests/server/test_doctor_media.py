from server import config, doctor
from tests.janus import Janus, needs_janus


@needs_janus
async def test_the_doctor_does_what_the_bridge_does_first(tmp_path, capsys):
    janus = Janus(tmp_path)

    async def said(secret: str) -> str:
        janus.secret_file.write_text(secret, encoding="utf-8")
        settings = {
            "TRAMXA_DATA_DIR": str(tmp_path),
            "JANUS_URL": janus.url,
            "JANUS_API_SECRET_FILE": str(janus.secret_file),
        }
        await doctor.examine(config.load(settings))
        return capsys.readouterr().out

    assert "✗ Máy chủ hình tiếng: không tới được" in await said(janus.secret)
    await janus.start()
    assert "✓ Máy chủ hình tiếng: Janus nhận mật khẩu" in await said(janus.secret)
    assert "✗ Máy chủ hình tiếng: từ chối" in await said("somebody else's")
    await janus.kill()


async def test_without_a_media_server_nothing_is_wrong(tmp_path, capsys):
    await doctor.examine(config.load({"TRAMXA_DATA_DIR": str(tmp_path)}))
    assert "✓ Máy chủ hình tiếng: không dùng" in capsys.readouterr().out


async def test_a_secret_that_is_no_text_is_named(tmp_path, capsys):
    (tmp_path / "secret").write_bytes(b"\xff\xfe")
    settings = {
        "TRAMXA_DATA_DIR": str(tmp_path),
        "JANUS_URL": "ws://127.0.0.1:1",
        "JANUS_API_SECRET_FILE": str(tmp_path / "secret"),
    }
    await doctor.examine(config.load(settings))
    assert "không đọc được JANUS_API_SECRET_FILE" in capsys.readouterr().out
