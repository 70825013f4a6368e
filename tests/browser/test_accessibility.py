"""No page has anything that stands in the way of somebody, by axe, in every role and state."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

from server.app import make_app
from server.demo import PASSWORD
from server.web.routes import TABLE
from tests.arrange import NO_PAGES, Look, looks, one_case_in_each_state

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {
    "runOnly": {"type": "tag", "values": WCAG},
    "resultTypes": ["violations"],
    "iframes": False,
}


def declared_pages(settings) -> set[str]:
    """Return the paths of the route table that answer with a page."""
    declared = make_app(settings)[TABLE].values()
    return {
        one.path for one in declared if one.method == "GET" and not one.is_api
    } - NO_PAGES


async def violations(page: Page) -> list[str]:
    found = await Axe().run(page, options=OPTIONS)
    return [
        f"{one['id']}: {node['html'][:200]} {node['failureSummary'][:300]}"
        for one in found.response["violations"]
        for node in one["nodes"]
    ]


async def sign_in(browser, root: str, username: str | None, **options) -> Page:
    context = await browser.new_context(locale="vi-VN", reduced_motion="reduce", **options)
    page = await context.new_page()
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


async def test_no_page_in_any_role_has_a_violation(site, settings, stage, visitors, chromium):
    every = looks(await one_case_in_each_state(stage, visitors))
    assert declared_pages(settings) == {look.route for look in every}
    root = f"http://{site.host}:{site.port}"
    found = []
    for username, own in by_person(every).items():
        page = await sign_in(chromium, root, username)
        for look in own:
            answer = await page.goto(f"{root}{look.path}", wait_until="load")
            assert answer.status == 200, f"{username} {look.path}: {answer.status}"
            found += [f"{username} {look.path}: {one}" for one in await violations(page)]
        await page.context.close()
    assert found == [], "\n".join(found)
