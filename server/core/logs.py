"""Structured logs: one JSON object a line, never a value that a person typed."""

from __future__ import annotations

import json
import logging
import sys
from typing import TYPE_CHECKING, Any

import structlog
from typing_extensions import override

from server.core import clock

if TYPE_CHECKING:
    from structlog.typing import EventDict, WrappedLogger


def set_up(program: str) -> None:
    """Send the logs of this program to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(WithoutValues(program))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _without_values,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(program=program)


class WithoutValues(logging.Formatter):
    """Writes what libraries log: their own words, not the request or row they speak of."""

    def __init__(self, program: str) -> None:
        super().__init__()
        self._program = program

    @override
    def format(self, record: logging.LogRecord) -> str:
        """Return the first line of the message without its arguments, as JSON."""
        entry: dict[str, Any] = {
            "event": str(record.msg).partition("\n")[0],
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": clock.now().isoformat(),
            "program": self._program,
        }
        if record.exc_info:
            entry["exception"] = _places(record.exc_info[1])
        return json.dumps(entry)


def _without_values(logger: WrappedLogger, name: str, entry: EventDict) -> EventDict:
    """Reduce an exception to its types and places: its text may hold a patient's data."""
    del logger, name
    if entry.pop("exc_info", None):
        entry["exception"] = _places(sys.exc_info()[1])
    return entry


def _places(error: BaseException | None) -> list[dict[str, Any]]:
    chain: list[dict[str, Any]] = []
    while error is not None:
        frames: list[str] = []
        traceback = error.__traceback__
        while traceback is not None:
            code = traceback.tb_frame.f_code
            frames.append(f"{code.co_filename}:{traceback.tb_lineno} {code.co_name}")
            traceback = traceback.tb_next
        chain.append({"type": type(error).__name__, "frames": frames[-8:]})
        error = error.__cause__ or error.__context__
    return chain
