"""Patients for tests: registered through the page, as a doctor would."""

from itertools import count
from uuid import UUID

_numbers = count(1)


def somebody(**fields) -> dict[str, object]:
    """What is typed for a new patient who resembles nobody."""
    number = next(_numbers)
    return {
        "full_name": f"Trần Thị Mận {_letters(number)}",
        "birth_date": str(1930 + number % 90),
        "sex": "2",
        **fields,
    }


def _letters(number: int) -> str:
    return "".join(chr(ord("a") + int(digit)) for digit in str(number)).capitalize()


async def register_patient(visitor, **fields) -> UUID:
    """Register a patient as a signed-in station doctor and return the id."""
    answer = await visitor.post("/patients", somebody(**fields))
    assert answer.status == 303, f"{answer.status}: {visitor.text[:3000]}"
    return UUID(answer.headers["Location"].removeprefix("/patients/"))
