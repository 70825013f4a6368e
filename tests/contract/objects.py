"""Which object a path of the route table names."""

_BY_COLLECTION = {
    "admin/facilities": "facility",
    "admin/people": "person",
    "appointments": "appointment",
    "availability": "rule",
    "availability/days": "day",
    "availability/exceptions": "day",
    "availability/rules": "rule",
    "calls": "call",
    "consultations": "consultation",
    "documents": "document",
    "facilities": "facility",
    "guests": "guest",
    "offers": "offer",
    "patients": "patient",
    "people": "person",
    "records": "record",
}
# A request is named by the state in which the step is taken.
_REQUESTS = {
    "answer": "returned",
    "ask": "submitted",
    "consent": "draft",
    "decline": "submitted",
    "draft": "draft",
    "finish": "submitted",
    "offers": "submitted",
    "request": "draft",
    "review": "draft",
    "submit": "draft",
    "triage": "submitted",
    "withdraw": "offered",
    "withdrawal": "draft",
}


def kinds_of(method: str, path: str) -> dict[str, str]:
    """Return the kind of object for each name in the path; KeyError for an unknown one."""
    before, _, after = path.removeprefix("/api/v1").partition("/{id}")
    if before == "/referrals":
        step = "record" if "/record" in after else after.rpartition("/")[2]
        first = "draft" if method == "PUT" and not after else "accepted"
        kinds = {"id": _REQUESTS.get(step, first)}
    else:
        kinds = {"id": _BY_COLLECTION[before.removeprefix("/")]}
    if "{department}" in after:
        kinds["department"] = "department"
    if "{offer_id}" in after:
        kinds["offer_id"] = "offer"
    return kinds
