"""The two connections of one page with the media server: what it sends, what it receives."""

import secrets
from collections.abc import Iterable

from typing_extensions import override

from signaling.media.exchange import pictures_in
from signaling.media.janus import Message
from signaling.media.link import Link, Means, Payload

# Of the two layers of a picture, in the count of Janus.
SUBSTREAMS = {"none": 0, "small": 0, "large": 1}


class Inlet(Link):
    """What a page sends: the page offers, Janus answers."""

    def __init__(self, participant: str, means: Means) -> None:
        super().__init__(participant, means)
        self._feed = 0

    @override
    async def take(self, payload: Payload) -> None:
        """Follow the page's offer, by a new connection when the page has one."""
        if payload["kind"] == "candidates":
            await self.trickle(payload)
        elif payload["kind"] == "description" and payload["type"] == "offer":
            self.pace.ask(lambda: self._follow(payload))

    @override
    async def lost(self) -> None:
        """Ask the page for a new connection."""
        self._withdraw()
        await self.detach()
        following = self.number + 1
        self.means.send({"kind": "negotiation_needed", "connection": following})

    @override
    async def close(self) -> None:
        """End it for good, for the others too."""
        self._withdraw()
        await super().close()

    @override
    async def told(self, event: Message) -> None:
        """Nothing: who else sends is known from their own offers."""

    @override
    async def stands(self) -> None:
        """Let the others have it; before now Janus does not know of it."""
        self.means.exchange.feeds[self.participant] = self._feed
        self.means.changed()

    async def begin_whole(self) -> None:
        """Have the page send a picture that needs none before it."""
        if self.handle is not None:
            body = {"request": "configure", "keyframe": True}
            await self.means.janus.message(self.handle, body)

    async def _follow(self, offer: Payload) -> None:
        if offer["connection"] < self.number:
            return
        # The small layer comes first, as the browser wants it.
        jsep = {"type": "offer", "sdp": offer["sdp"], "rid_order": "lmh"}
        if self.handle is None or offer["connection"] > self.number:
            await self._publish(offer, jsep)
        else:
            body = {"request": "configure"}
            answer = await self.means.janus.message(self.handle, body, jsep)
            self.describe(answer["jsep"], offer["negotiation"])

    async def _publish(self, offer: Payload, jsep: Message) -> None:
        # Janus would refuse whoever asks for a feed that has gone everything else as well.
        self._withdraw()
        self._feed = secrets.randbits(52)
        body = {"request": "joinandconfigure", "ptype": "publisher", "id": self._feed}
        answer = await self.begin(offer["connection"], body, jsep)
        self.describe(answer["jsep"], offer["negotiation"])

    def _withdraw(self) -> None:
        # By now it may be another page that sends for this person.
        if self.means.exchange.feeds.get(self.participant) == self._feed:
            del self.means.exchange.feeds[self.participant]
            self.means.changed()


class Outlet(Link):
    """What a page receives: Janus offers, the page answers."""

    def __init__(self, participant: str, means: Means) -> None:
        super().__init__(participant, means)
        self._subscribed: set[int] = set()
        self._pictures: tuple[str, ...] = ()
        # Those of which Janus has begun to send a layer.
        self._flowing: set[str] = set()
        self._wants = "small"
        self._negotiation = 0
        self._answered = True

    @override
    async def take(self, payload: Payload) -> None:
        """Follow the page's answer, or begin again where it asks for that."""
        if payload["kind"] == "candidates":
            await self.trickle(payload)
        elif payload["kind"] == "negotiation_needed":
            self.pace.ask(lambda: self._again(payload["connection"]))
        elif payload["kind"] == "wants":
            self._wants = payload["picture"]
            await self._choose(self._pictures)
        elif payload["kind"] == "description" and payload["type"] == "answer":
            await self._follow(payload)

    async def refresh(self) -> None:
        """Subscribe to what has come and let go of what has gone."""
        change = self.means.exchange.change(self.participant, self._subscribed)
        if self.handle is None:
            await self._begin(self.number)
        elif any(change):
            await self._update(self.handle, change.subscribe, change.unsubscribe)

    @override
    async def lost(self) -> None:
        """Offer a new connection."""
        await self._begin(self.number + 1)

    async def repeat(self) -> None:
        """Begin anew where an offer or its answer may be lost: Janus makes no other before that."""
        if self.handle is not None and not self._answered:
            await self._begin(self.number + 1)

    @override
    async def told(self, event: Message) -> None:
        """Pass on what Janus offers by itself when somebody's streams have changed."""
        await self._offer(event)
        data = event["plugindata"]["data"]
        if "substream" in data and data["mid"] not in self._flowing:
            self._flowing.add(data["mid"])
            await self._choose([data["mid"]])

    @override
    async def stands(self) -> None:
        """Nothing: the page sees what comes."""

    async def _begin(self, number: int) -> None:
        wanted = self.means.exchange.change(self.participant, ()).subscribe
        if not wanted:
            await self.detach()
            self.number = number
            return
        self._negotiation = 0
        self._pictures = ()
        self._flowing = set()
        body = {"request": "join", "ptype": "subscriber", "streams": feeds(wanted)}
        offer = await self.begin(number, body)
        self._subscribed = set(wanted)
        await self._offer(offer)

    async def _update(
        self, handle: int, subscribe: list[int], unsubscribe: list[int]
    ) -> None:
        # Janus has ended by itself what came from somebody who has gone.
        self._subscribed -= set(unsubscribe)
        if subscribe:
            body = {"request": "subscribe", "streams": feeds(subscribe)}
            event = await self.means.janus.message(handle, body)
            self._subscribed |= set(subscribe)
            await self._offer(event)

    async def _again(self, number: int) -> None:
        if self.handle is None or number > self.number:
            await self._begin(max(number, self.number))
        elif not self._answered:
            # Janus waits for an answer that is lost, and would offer nothing before it.
            await self._begin(self.number + 1)
        elif number == self.number:
            body = {"request": "configure", "restart": True}
            await self._offer(await self.means.janus.message(self.handle, body))

    async def _follow(self, answer: Payload) -> None:
        current = (self.number, self._negotiation)
        answered = (answer["connection"], answer["negotiation"])
        if self.handle is None or self._answered or current != answered:
            return
        jsep = {"type": "answer", "sdp": answer["sdp"]}
        await self.means.janus.message(self.handle, {"request": "start"}, jsep)
        self._answered = True
        self.means.looks()

    async def _offer(self, event: Message) -> None:
        jsep = event.get("jsep")
        if jsep is None:
            return
        self._negotiation += 1
        self._answered = False
        streams = event["plugindata"]["data"].get("streams")
        if streams is not None:
            owners = self.means.exchange.owners(streams)
            self.means.send(
                {"kind": "streams", "connection": self.number, "streams": owners}
            )
        self.describe(jsep, self._negotiation)
        if streams is not None:
            before, self._pictures = self._pictures, pictures_in(streams)
            await self._choose(mid for mid in self._pictures if mid not in before)

    async def _choose(self, pictures: Iterable[str]) -> None:
        chosen = [
            {
                "mid": mid,
                "send": self._wants != "none",
                # Janus begins with no lower layer than it is asked for.
                "substream": SUBSTREAMS[self._wants] if mid in self._flowing else 0,
            }
            for mid in pictures
        ]
        if self.handle is not None and chosen:
            body = {"request": "configure", "streams": chosen}
            await self.means.janus.message(self.handle, body)


def feeds(numbers: Iterable[int]) -> list[dict[str, int]]:
    """Name everything that these people send, as Janus wants it."""
    return [{"feed": number} for number in numbers]
