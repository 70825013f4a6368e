"""Waits for what a page can only be asked about asynchronously, such as statistics."""

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
