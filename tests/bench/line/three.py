"""A third person in the call: directly, or by way of a media server that runs for this call."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.bench.line.beds import Bed
from tests.bench.line.ours import sign_in
from tests.bench.line.pair import Pair, new_page

THIRD = "ThS.BS. Phạm Ngọc Lan"


@asynccontextmanager
async def third(bed: Bed, pair: Pair) -> AsyncIterator[None]:
    """Have a second specialist come into the running call, and go in the end."""
    page = await new_page(pair.hospital.context.browser, None)
    await page.goto(f"{bed.url('pages')}/sign-in")
    await sign_in(page, "lan")
    await page.goto(f"{bed.url('pages')}/offers")
    asks = pair.hospital.get_by_role("button", name="Mời thêm người")
    await asks.or_(pair.hospital.get_by_role("link", name="Mời thêm người")).click()
    dialog = pair.hospital.get_by_role("dialog")
    await dialog.get_by_label("Tên hoặc nơi làm việc").fill("Lan")
    await dialog.get_by_role("button", name=f"Mời {THIRD}").click()
    await page.get_by_role("link", name="Nghe máy").click()
    await page.wait_for_url("**/consultations/**")
    await page.get_by_role("button", name="Gác máy").wait_for()
    try:
        yield
    finally:
        await page.get_by_role("button", name="Gác máy").click()
        await page.get_by_role("button", name="Vào cuộc gọi").wait_for()
        await page.context.close()
