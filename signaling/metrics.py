"""What a node counts; no label ever holds an id."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge


class Metrics:
    """The counters of one node, in a registry of its own."""

    def __init__(self, kinds: Iterable[str]) -> None:
        self.registry = CollectorRegistry()
        self.sockets = Gauge(
            "signaling_sockets", "Open sockets past hello", registry=self.registry
        )
        self.places = Gauge(
            "signaling_places", "Places, kept ones included", registry=self.registry
        )
        self.rooms = Gauge(
            "signaling_rooms", "Rooms with a place in them", registry=self.registry
        )
        self.events_waiting = Gauge(
            "signaling_events_waiting",
            "Call events not yet acknowledged by the stream",
            registry=self.registry,
        )
        messages = Counter(
            "signaling_messages",
            "Messages from pages",
            ["type"],
            registry=self.registry,
        )
        # Found once: looking a label up costs more than counting.
        self.messages = {kind: messages.labels(kind) for kind in kinds}
        self.refusals = Counter(
            "signaling_refusals",
            "Messages without effect",
            ["code"],
            registry=self.registry,
        )
        self.closes = Counter(
            "signaling_closes",
            "Sockets closed by the node",
            ["code"],
            registry=self.registry,
        )
