"""Who in a room sends what and receives what: no sockets, no clock, no Janus."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

MEDIA = "media"
# Two talk directly; that way nothing of theirs passes a server.
FEWEST = 3


class Change(NamedTuple):
    """What a subscription lacks, and what it has too much."""

    subscribe: list[int]
    unsubscribe: list[int]


@dataclass(slots=True)
class Exchange:
    """The people of one room by participant id, and what each of them sends."""

    instances: dict[str, str] = field(default_factory=dict)
    feeds: dict[str, int] = field(default_factory=dict)

    @property
    def worth_it(self) -> bool:
        """Whether there are enough people for a media server."""
        return len(self.instances) >= FEWEST

    def enter(self, peer: Mapping[str, Any]) -> bool:
        """Note somebody; True when it is a new person, or the same with a new page."""
        if peer["role"] == MEDIA:
            return False
        is_new: bool = self.instances.get(peer["id"]) != peer["instance"]
        self.instances[peer["id"]] = peer["instance"]
        if is_new:
            self.feeds.pop(peer["id"], None)
        return is_new

    def leave(self, participant: str) -> None:
        """Forget somebody."""
        self.instances.pop(participant, None)
        self.feeds.pop(participant, None)

    def missing(self, peers: Iterable[Mapping[str, Any]]) -> list[str]:
        """Name those whom a new picture of the room no longer shows."""
        present = {peer["id"] for peer in peers}
        return [one for one in self.instances if one not in present]

    def speaks(self, participant: str, instance: str) -> bool:
        """Tell whether a message is from the page that somebody has now."""
        return self.instances.get(participant) == instance

    def change(self, participant: str, subscribed: Iterable[int]) -> Change:
        """Say what somebody must be subscribed to, and what no more."""
        wanted = {feed for other, feed in self.feeds.items() if other != participant}
        has = set(subscribed)
        return Change(sorted(wanted - has), sorted(has - wanted))

    def owners(self, streams: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
        """Turn Janus's list of streams into whose each part of a description is."""
        by_feed = {feed: participant for participant, feed in self.feeds.items()}
        return [
            {"mid": stream["mid"], "participant": by_feed[stream["feed_id"]]}
            for stream in streams
            if stream.get("feed_id") in by_feed
        ]


def pictures_in(streams: Iterable[Mapping[str, Any]]) -> tuple[str, ...]:
    """Name the parts that bring somebody's picture."""
    return tuple(
        stream["mid"]
        for stream in streams
        if stream["type"] == "video" and "feed_id" in stream
    )


def candidates_of(candidates: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Spell a page's candidates as Janus wants them; an empty one marks the end."""
    return [
        {
            "candidate": one["candidate"],
            "sdpMid": one["mid"],
            "sdpMLineIndex": one["line"],
        }
        if one["candidate"]
        else {"completed": True}
        for one in candidates
    ]
