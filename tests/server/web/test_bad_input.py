"""Every form of the program, empty and wrong: never a failure, and what was typed stays."""

import re
from dataclasses import dataclass

from server.app import make_app
from server.web.routes import TABLE
from tests.arrange import looks, one_case_in_each_state
from tests.server.web.forms_read import FormsRead, SentForm

# Sent by scripts or by the bar at the top of every page; or buttons without a field, shown on
# the day of an appointment.
NOT_IN_PAGES = {
    "/appointments/{id}/arrive",
    "/appointments/{id}/miss",
    "/consultations/{id}/decline",
    "/language",
    "/referrals/{id}/draft",
    "/sign-out",
}
# In this order, because what comes late may be taken and change what the forms are about.
RUBBISH = {
    "nothing": "",
    "null": "trước\0sau",
    "no such": "99/99/9999",
    "long": "dai qua " * 1_000,
    "script": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)> \u202e",
    "emoji": "🏥👨‍⚕️ đau 😀",
}
# What browsers send comes back as it was.
KEPT = set(RUBBISH) - {"null"}
DRAFT = re.compile(r".*/(draft|request)")


@dataclass(frozen=True)
class Sight:
    """A form, who sees it, and where."""

    username: str | None
    path: str
    form: SentForm


async def collect(stage, visitors, declared: set[str]):
    """Return the visitors, and each posted form once, drafts last."""
    cases = await one_case_in_each_state(stage, visitors)
    found: dict[tuple[str, str], Sight] = {}
    opened = {}
    for look in looks(cases):
        if look.username not in opened:
            opened[look.username] = await visitors(look.username)
        visitor = opened[look.username]
        answer = await visitor.get(look.path)
        assert answer.status == 200, f"{look}: {visitor.text[:500]}"
        for form in filter(lambda one: one.action, FormsRead(visitor.text).forms):
            names = ",".join(sorted({one.name for one in form.controls}))
            key = declared_path(form.action, declared), names
            found.setdefault(key, Sight(look.username, look.path, form))
    unseen = declared - NOT_IN_PAGES - {path for path, _ in found}
    assert unseen == set(), "no page shows the form"
    return opened, sorted(
        found.values(), key=lambda one: bool(DRAFT.match(one.form.action))
    )


def route_of(pattern: str) -> re.Pattern[str]:
    """Return what matches the addresses of a declared path."""
    return re.compile(re.sub(r"\{[^}]+\}", "[^/]+", pattern) + r"(\?.*)?")


def declared_path(action: str, declared: set[str]) -> str:
    """Return the path of the route table that takes the form: the one with most words."""
    fitting = [path for path in declared if route_of(path).fullmatch(action)]
    return min(fitting, key=lambda path: path.count("{"))


def flaws(visitor, form: SentForm, sent: dict[str, str], *, kept: bool) -> list[str]:
    """Return what a page that shows a refused form again lacks."""
    page = FormsRead(visitor.text)
    missing = sorted({link for link in page.summary_links if link[1:] not in page.ids})
    twice = sorted({one for one in page.ids if page.ids.count(one) > 1})
    checks = {
        f"its title is {page.title!r}": page.title.startswith("Lỗi: "),
        "it has no summary": page.has_summary_heading and page.summary_links,
        f"the summary leads nowhere: {missing}": not missing,
        f"ids stand twice: {twice}": not twice,
        "no message stands beside a field": page.messages,
    }
    found = [flaw for flaw, is_well in checks.items() if not is_well]
    again = next((one for one in page.forms if one.action == form.action), None)
    if again is None:
        return [*found, "the form is gone"]
    for one in form.visible if kept else []:
        shown = again.value(one.name) or ""
        if one.is_written and shown.strip() != sent[one.name].strip():
            found.append(f"{one.name} lost what was typed: {shown[:60]!r}")
    return found


async def test_every_form_refuses_rubbish_kindly(settings, stage, visitors):
    table = make_app(settings)[TABLE].values()
    declared = {one.path for one in table if one.method == "POST" and not one.is_api}
    opened, sights = await collect(stage, visitors, declared)
    found, moved = [], False
    for name, rubbish in RUBBISH.items():
        for sight in sights:
            # Buttons alone have nothing to mistype.
            if not sight.form.visible:
                continue
            visitor = opened[sight.username]
            sent = sight.form.hidden | {one.name: rubbish for one in sight.form.visible}
            answer = await visitor.post(sight.form.action, sent)
            told = f"{sight.path} → {sight.form.action} ({name}): {answer.status}"
            if answer.status == 422:
                wrong = flaws(visitor, sight.form, sent, kept=name in KEPT)
                found += [
                    f"{told}: {one}" for one in wrong if not (moved and "gone" in one)
                ]
            elif answer.status not in ({303, 404, 409, 429} if moved else {303}):
                found.append(told)
            moved = moved or answer.status == 303
    assert found == [], "\n".join(found)
