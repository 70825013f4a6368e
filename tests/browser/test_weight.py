"""Every page arrives within 100 kB on first load, and asks no other host for anything."""

from urllib.parse import urlsplit

from tests.arrange import looks, one_case_in_each_state
from tests.browser.test_accessibility import by_person, sign_in

MOST_BYTES = 100_000
# The call brings its own script; a picture of a patient weighs what it weighs.
HEAVIER = {"/consultations/{id}"}


class Wire:
    """The bytes of each file that a page received, compressed as they were sent."""

    def __init__(self, page) -> None:
        self.kept: dict[str, int] = {}
        self.hosts: set[str] = set()
        self._addresses: dict[str, str] = {}
        self._headers: dict[str, int] = {}
        self._page = page

    async def listen(self) -> None:
        session = await self._page.context.new_cdp_session(self._page)
        await session.send("Network.enable")
        await session.send("Network.setCacheDisabled", {"cacheDisabled": True})
        session.on("Network.requestWillBeSent", self._asked)
        session.on("Network.responseReceived", self._answered)
        session.on("Network.loadingFinished", self._received)

    def begin(self) -> None:
        self.kept.clear()

    def _asked(self, event) -> None:
        address = urlsplit(event["request"]["url"])
        self._addresses[event["requestId"]] = address.path
        if address.scheme not in {"data", "blob"}:
            self.hosts.add(address.netloc)

    def _answered(self, event) -> None:
        self._headers[event["requestId"]] = int(event["response"]["encodedDataLength"])

    def _received(self, event) -> None:
        path = self._addresses.get(event["requestId"], "?")
        sent = int(event["encodedDataLength"])
        if not path.startswith("/documents/"):
            self.kept[path] = sent - self._headers.get(event["requestId"], 0)


async def test_every_page_is_light_and_asks_nobody_else(
    site, stage, visitors, chromium
):
    every = looks(await one_case_in_each_state(stage, visitors))
    host = f"{site.host}:{site.port}"
    heavy, hosts = {}, set()
    for username, own in by_person(every).items():
        page = await sign_in(chromium, f"http://{host}", username)
        wire = Wire(page)
        await wire.listen()
        for look in own:
            wire.begin()
            await page.goto(f"http://{host}{look.path}", wait_until="load")
            await page.evaluate("document.fonts.ready.then(() => true)")
            weight = sum(wire.kept.values())
            assert len(wire.kept) > 3, f"{look.path}: {wire.kept}"
            if weight > MOST_BYTES and look.route not in HEAVIER:
                heavy[look.path] = weight
        hosts |= wire.hosts
        await page.context.close()
    assert heavy == {}
    assert hosts == {host}
