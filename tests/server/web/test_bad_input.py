"""Every form of the program, empty and wrong: never a failure, and what was typed stays."""



from server.app import make_app
from server.web.routes import TABLE
from tests.arrange import looks, one_case_in_each_state, route_of
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
RUBBISH = {
    "nothing": "",
    "spaces": "   ",
    "long": "dai qua " * 1_000,
    "script": "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "null": "trước\0sau",
    "half a letter": "nửa chữ \N{REPLACEMENT CHARACTER} \u202e ngược",
    "emoji": "🏥👨‍⚕️ đau 😀",
    "no such choice": "khong-co-muc-nay",
    "no such day": "99/99/9999",
    "no such number": "-1e999",
}
BROWSERS_SEND = {name for name in RUBBISH if name != "null"}


async def collect(stage, visitors):
    """Return each posted form once, with who sees it and where."""
    cases = await one_case_in_each_state(stage, visitors)
    found: dict[tuple[str, str], tuple[str, str, SentForm]] = {}
    opened = {}
    for look in looks(cases):
        if look.username not in opened:
            opened[look.username] = await visitors(look.username)
        visitor = opened[look.username]
        answer = await visitor.get(look.path)
        assert answer.status == 200, f"{look}: {visitor.text[:500]}"
        for form in FormsRead(visitor.text).forms:
            names = ",".join(sorted({one.name for one in form.controls}))
            found.setdefault((form.action, names), (look.username, look.path, form))
    return opened, list(found.values())


def declared_writes(settings) -> set[str]:
    declared = make_app(settings)[TABLE].values()
    return {one.path for one in declared if one.method == "POST" and not one.is_api}


def wrong(form: SentForm, rubbish: str) -> dict[str, str]:
    """Return the form with the rubbish in every field that a person fills in."""
    return form.hidden | {one.name: rubbish for one in form.visible}


def flaws(visitor, form: SentForm, sent: dict[str, str], *, kept: bool) -> list[str]:
    """Return what a page that shows a refused form again lacks."""
    page = FormsRead(visitor.text)
    found = []
    if not page.title.startswith("Lỗi: "):
        found.append(f"title {page.title!r}")
    if not page.has_summary_heading:
        found.append("no summary")
    missing = {link for link in page.summary_links if link[1:] not in page.ids}
    if missing:
        found.append(f"the summary leads nowhere: {sorted(missing)}")
    if page.summary_links and not page.messages:
        found.append("no message beside a field")
    if not page.summary_links:
        found.append("the summary has no link")
    again = next((one for one in page.forms if one.action == form.action), None)
    if again is None:
        return [*found, f"the form {form.action} is gone"]
    for one in form.visible if kept else []:
        shown = (again.value(one.name) or "").removeprefix("\n")
        if one.is_written and shown.strip() != sent[one.name].strip():
            found.append(f"{one.name} lost what was typed: {shown[:60]!r}")
    return found


async def test_every_form_refuses_rubbish_kindly(site, settings, stage, visitors):
    opened, forms = await collect(stage, visitors)
    actions = {form.action for _, _, form in forms}
    unseen = {
        path
        for path in declared_writes(settings) - NOT_IN_PAGES
        if not any(route_of(path).fullmatch(action) for action in actions)
    }
    assert unseen == set()
    found = []
    # Buttons alone have nothing to mistype, and would change what the other forms show.
    for who, where, form in forms:
        if not form.visible:
            continue
        for name, rubbish in RUBBISH.items():
            found += await tried(opened[who], where, form, name, rubbish)
    assert found == [], "\n".join(found)


async def tried(visitor, where: str, form: SentForm, name: str, rubbish: str) -> list[str]:
    sent = wrong(form, rubbish)
    answer = await visitor.post(form.action, sent)
    told = f"{where} → {form.action} ({name}): {answer.status}"
    if answer.status in {303, 409, 429}:
        return []
    if answer.status != 422:
        return [told]
    kept = name in BROWSERS_SEND
    return [f"{told}: {flaw}" for flaw in flaws(visitor, form, sent, kept=kept)]
