"""What every answer tells the browser to refuse."""

import pytest

EVERY_FILE = {
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}
DOCUMENTS = {
    **EVERY_FILE,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}


@pytest.mark.parametrize(
    "path",
    [
        "/sign-in",
        "/patients",
        "/nowhere",
        "/api/v1/patients?q=binh",
        "/api/v1/nowhere",
        "/healthz",
    ],
)
async def test_pages_answers_and_refusals_carry_every_protection(visitors, path):
    visitor = await visitors("binh")
    answer = await visitor.get(path)
    assert {name: answer.headers.get(name) for name in DOCUMENTS} == DOCUMENTS
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "camera=(self)" in answer.headers["Permissions-Policy"]


async def test_each_page_has_a_nonce_of_its_own(visitors):
    visitor = await visitors()
    first = (await visitor.get("/sign-in")).headers["Content-Security-Policy"]
    second = (await visitor.get("/sign-in")).headers["Content-Security-Policy"]
    assert first != second


async def test_an_asset_is_kept_for_ever_and_carries_no_more_than_a_file_needs(
    visitors, settings
):
    name = next(settings.assets_dir.glob("app.*.css")).name
    answer = await (await visitors()).get(f"/assets/{name}")
    assert {key: answer.headers.get(key) for key in EVERY_FILE} == EVERY_FILE
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Content-Security-Policy" not in answer.headers
    missing = await (await visitors()).get("/assets/nothing.css")
    assert missing.status == 404
