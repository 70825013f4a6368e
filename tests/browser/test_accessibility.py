"""No page has anything that stands in the way of somebody, by axe, in every role and state."""

from dataclasses import fields

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from server.app import make_app
from server.demo import PASSWORD
from server.web.routes import TABLE
from tests.arrange import NO_PAGES, Cases, Look, looks, one_case_in_each_state

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {
    "runOnly": {"type": "tag", "values": WCAG},
    "resultTypes": ["violations"],
    "iframes": False,
}
DESK = {"width": 1280, "height": 900}
TELEPHONE = {"width": 360, "height": 740}
OPEN_EVERYTHING = (
    "document.querySelectorAll('details').forEach((one) => { one.open = true })"
)
# What axe has no rule for: an id that stands twice, and a page wider than its screen.
BESIDES = """() => {
  const ids = [...document.querySelectorAll('[id]')].map((one) => one.id)
  const twice = ids.filter((one, place) => ids.indexOf(one) !== place)
  const { scrollWidth, clientWidth } = document.documentElement
  const wide = scrollWidth > clientWidth ? [`${scrollWidth} px wide`] : []
  return [...twice.map((one) => `id ${one} stands twice`), ...wide]
}"""
# Pages whose form, sent as it stands, comes back with mistakes.
REFUSED = (
    "/sign-in",
    "/account/password",
    "/patients/new",
    "/referrals/{id}/consent",
    "/referrals/{id}/finish",
    "/appointments/{id}/cancel",
    "/offers/{id}/decline",
    "/referrals/{id}/hand-over",
    "/referrals/{id}/record/sign",
    "/records/{id}/amend",
    "/availability",
    "/admin/facilities/{id}/departments/new",
)


def declared_pages(settings) -> set[str]:
    """Return the paths of the route table that answer with a page."""
    declared = make_app(settings)[TABLE].values()
    return {
        one.path for one in declared if one.method == "GET" and not one.is_api
    } - NO_PAGES


async def violations(page: Page) -> list[str]:
    """Return what axe and we find on the page, on a desk and on a telephone."""
    said = []
    await page.evaluate(OPEN_EVERYTHING)
    for size in (DESK, TELEPHONE):
        await page.set_viewport_size(size)
        found = await Axe().run(page, options=OPTIONS)
        said += [
            f"{size['width']} px, {one['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
            for one in found.response["violations"]
            for node in one["nodes"]
        ]
        said += await page.evaluate(BESIDES)
    return said


async def sign_in(browser, root: str, username: str | None, **options) -> Page:
    context = await browser.new_context(
        **{"locale": "vi-VN", "reduced_motion": "reduce", "viewport": DESK, **options}
    )
    page = await context.new_page()
    page.set_default_timeout(30_000)
    if username:
        await page.goto(f"{root}/sign-in")
        await page.locator("[name=username]").fill(username)
        await page.locator("[name=password]").fill(PASSWORD)
        await page.get_by_role("main").get_by_role("button", name="Đăng nhập").click()
        await page.wait_for_url(lambda url: "sign-in" not in url)
    return page


def by_person(every: list[Look]) -> dict[str | None, list[Look]]:
    found: dict[str | None, list[Look]] = {}
    for look in every:
        found.setdefault(look.username, []).append(look)
    return found


async def refused(page: Page) -> None:
    """Send the first form of the page as it stands; it comes back with its mistakes."""
    async with page.expect_navigation(wait_until="load") as leaving:
        await page.evaluate("document.querySelector('main form[novalidate]').submit()")
    answer = await leaving.value
    assert answer.status == 422, f"{page.url}: {answer.status}"


async def test_every_page_of_the_program_is_looked_at(settings):
    names = {one.name: one.name for one in fields(Cases)}
    assert declared_pages(settings) == {look.route for look in looks(Cases(**names))}


async def test_no_page_in_any_role_has_a_violation(site, stage, visitors, chromium):
    every = looks(await one_case_in_each_state(stage, visitors))
    root = f"http://{site.host}:{site.port}"
    found, sent = [], set()
    for username, own in by_person(every).items():
        page = await sign_in(chromium, root, username)
        for look in own:
            answer = await page.goto(f"{root}{look.path}", wait_until="load")
            assert answer.status == 200, f"{username} {look.path}: {answer.status}"
            found += [
                f"{username} {look.path}: {one}" for one in await violations(page)
            ]
            if look.route in REFUSED and look.route not in sent:
                sent.add(look.route)
                await refused(page)
                wrong = await violations(page)
                found += [f"{username} {look.path} refused: {one}" for one in wrong]
        await page.context.close()
    assert found == [], "\n".join(found)
    assert sent == set(REFUSED)
