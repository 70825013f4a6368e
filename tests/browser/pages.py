"""What tests do with pages beyond clicking: wait for statistics, leave a call that may be over."""

import contextlib

from playwright.async_api import TimeoutError as NotInTime

PATIENCE = 30  # seconds

# `wait_for_function` takes the promise of an asynchronous predicate for a yes.
UNTIL = """async ([arg, patience]) => {{
  const end = performance.now() + patience * 1000
  const look = {predicate}
  while (!(await look(arg))) {{
    if (performance.now() > end) return false
    await new Promise((resolve) => setTimeout(resolve, 100))
  }}
  return true
}}"""


async def until(page, predicate, arg=None, patience=PATIENCE):
    """Return whether the predicate, an asynchronous function of the page, came true in time."""
    return await page.evaluate(UNTIL.format(predicate=predicate), [arg, patience])


async def hang_up(page):
    """Leave the call, unless it just ends by itself: who talks is busy for the next test."""
    with contextlib.suppress(NotInTime):
        await page.get_by_role("button", name="Gác máy").click(timeout=3000)
