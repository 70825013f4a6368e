import re
from pathlib import Path
from typing import get_args

import pytest

from signaling import messages
from signaling.messages import CloseCode, Incoming, Outgoing
from signaling.tickets import Role

ROOT = Path(__file__).parents[2]
DOCUMENT = (ROOT / "docs/signaling-protocol.md").read_text(encoding="utf-8")
SOURCES = "".join(
    path.read_text(encoding="utf-8") for path in (ROOT / "signaling").glob("*.py")
)
CLASSES = sorted({*get_args(Incoming), *get_args(Outgoing)}, key=lambda c: c.__name__)


def wire_name(message_class: type) -> str:
    name: str = get_args(message_class.__dataclass_fields__["type"].type)[0]
    return name


def section(heading: str) -> str:
    found = re.search(
        rf"^#{{3,4}} {heading}\n(.*?)(?=^##)", DOCUMENT, re.MULTILINE | re.DOTALL
    )
    assert found, f"{heading} has no heading in the protocol document"
    return found[1]


@pytest.mark.parametrize("message_class", CLASSES, ids=lambda c: c.__name__)
def test_every_message_and_every_field_of_it_is_documented(message_class):
    text = section(wire_name(message_class))
    for field in message_class.__dataclass_fields__.keys() - {"type"}:
        assert f"`{field}`" in text, f"{field} is not explained"


@pytest.mark.parametrize(
    "kind",
    ["description", "candidates", "negotiation_needed", "media", "streams", "wants"],
)
def test_every_payload_is_documented(kind):
    assert f'"{kind}"' in section(f"payload: {kind}")


@pytest.mark.parametrize("code", list(CloseCode))
def test_every_close_code_is_documented(code):
    assert f"\n| {code.value} |" in DOCUMENT


def test_every_error_code_is_documented():
    raised = set(
        re.findall(r"(?:Refused|__init__|no_entry)\(\s*\"([a-z_]+)\"", SOURCES)
    )
    assert len(raised) >= 13
    documented = set(
        re.findall(
            r"^\| `([a-z_]+)` \|[^|]*\| (?:stays|4\d\d\d)", DOCUMENT, re.MULTILINE
        )
    )
    assert raised == documented


@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_documented(role):
    assert f"`{role.value}`" in DOCUMENT


def test_nothing_else_claims_to_be_a_message():
    headings = set(re.findall(r"^### ([a-z_]+)$", DOCUMENT, re.MULTILINE))
    assert headings == {wire_name(message_class) for message_class in CLASSES}
    assert messages.MAX_MESSAGE_BYTES == 64 * 1024
