"""Pictures of pages: one width, few colours, nothing still loading."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.async_api import Page

WIDTH, HEIGHT = 1280, 800
_SETTLED = """async () => {
  document.activeElement.blur()
  await document.fonts.ready
  const isSeen = (one) =>
    one.currentSrc && one.checkVisibility() && one.getBoundingClientRect().top < innerHeight
  const seen = [...document.images].filter(isSeen)
  await Promise.all(seen.map((one) => one.decode()))
  await Promise.all(document.getAnimations().map((one) => one.finished))
}"""


@dataclass(frozen=True)
class Album:
    """Where the pictures go."""

    folder: Path

    async def take(
        self, page: Page, name: str, *, at: str = "", height: int = HEIGHT
    ) -> None:
        """Save what a person sees: the top of the page, or from the element `at` on."""
        await page.set_viewport_size({"width": WIDTH, "height": height})
        if at:
            top = await page.locator(at).first.evaluate(
                "one => one.getBoundingClientRect().top + scrollY - 24"
            )
            await page.evaluate("top => scrollTo(0, top)", top)
        else:
            await page.evaluate("scrollTo(0, 0)")
        await page.mouse.move(WIDTH - 1, height // 2)
        await page.evaluate(_SETTLED)
        self.save(await page.screenshot(), name)

    def save(self, picture: bytes, name: str) -> None:
        """Write a PNG of 256 colours."""
        path = self.folder / f"{name}.png"
        few = Image.open(io.BytesIO(picture)).convert("RGB").quantize(256)
        few.save(path, optimize=True)
        print(f"{path.stat().st_size / 1000:6.0f} kB  {path}")  # noqa: T201
