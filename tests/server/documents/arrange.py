"""Files for tests, sent as a browser sends them."""

import re
from io import BytesIO
from uuid import UUID

from aiohttp import FormData

from tests.server.documents.hostile import picture


def upload(visitor, *files: tuple[str, bytes], **fields) -> FormData:
    """Return the body of the upload form with these files, named and with their bytes."""
    body = FormData(quote_fields=False, default_to_multipart=True)
    body.add_field("csrf_token", visitor.csrf)
    for name, value in fields.items():
        body.add_field(name, value)
    for name, data in files:
        body.add_field("file", BytesIO(data), filename=name, content_type="image/jpeg")
    return body


async def add_document(
    visitor, referral_id: UUID, name="Điện tim.png", data: bytes | None = None
) -> UUID:
    """Add a picture as the upload script does and return its id."""
    answer = await visitor.post(
        f"/referrals/{referral_id}/documents",
        data=upload(visitor, (name, data or picture())),
        headers={"Accept": "application/json"},
    )
    assert answer.status == 201, visitor.text
    return UUID(re.search(r'"id":"([0-9a-f-]+)"', visitor.text)[1])
