"""Reads the files that came with a form."""

from __future__ import annotations

import asyncio

from aiohttp import web


async def read_files(request: web.Request) -> list[tuple[str, bytes]]:
    """Return each file under the name `file`: what its sender called it, and its bytes."""
    posted = await request.post()
    fields = [
        one for one in posted.getall("file", []) if isinstance(one, web.FileField)
    ]
    return [
        (field.filename, await asyncio.to_thread(field.file.read))
        for field in fields
        if field.filename
    ]
