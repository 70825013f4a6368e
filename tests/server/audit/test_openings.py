"""A page that refreshes itself is no new view; nothing else escapes the trail."""

import re

import pytest
from sqlalchemy import func, select

from server.audit.models import AuditEvent
from server.core import clock, crypto
from server.web import openings
from server.web.context import FORM_KEY, SESSION_COOKIE
from tests.server.referrals.arrange import submitted_referral
from tests.server.referrals.queued import submitted


async def views(stage, case) -> int:
    async with stage.as_platform() as db:
        return await db.scalar(
            select(func.count())
            .select_from(AuditEvent)
            .where(AuditEvent.action == "referral:view")
            .where(AuditEvent.object_id == str(case))
        )


def mark_of(visitor) -> str:
    return re.search(r'data-opening="([^"]+)"', visitor.text)[1]


async def refreshed(visitor, path, mark):
    answer = await visitor.get(path, headers={openings.HEADER: mark})
    assert answer.status == 200


@pytest.mark.parametrize(("who", "page"), [("binh", ""), ("thu", "/triage")])
async def test_an_open_page_is_seen_once_however_often_it_refreshes(
    visitors, stage, who, page
):
    case = await submitted(stage)
    visitor = await visitors(who)
    path = f"/referrals/{case}{page}"
    await visitor.get(path)
    mark = mark_of(visitor)
    for _ in range(3):
        await refreshed(visitor, path, mark)
        assert mark_of(visitor) == mark  # a refresh does not make it last longer
    assert await views(stage, case) == 1
    await visitor.get(path)
    assert await views(stage, case) == 2


async def test_the_mark_of_one_case_hides_no_view_of_another(visitors, stage):
    one, other = await submitted(stage), await submitted(stage)
    thu = await visitors("thu")
    await thu.get(f"/referrals/{one}/triage")
    await refreshed(thu, f"/referrals/{other}/triage", mark_of(thu))
    assert await views(stage, other) == 1


async def test_the_mark_of_one_person_hides_no_view_of_a_colleague(visitors, stage):
    binh = await visitors("binh")
    case = await submitted_referral(binh)
    await binh.get(f"/referrals/{case}")
    before = await views(stage, case)
    again = await visitors("binh")  # another session of the same person is another too
    await refreshed(again, f"/referrals/{case}", mark_of(binh))
    assert await views(stage, case) == before + 1


@pytest.mark.parametrize("mark", ["", "1.ab", "x", "9999999999.00", "٣.a", "0" * 99])
async def test_a_mark_that_was_made_up_hides_nothing(visitors, stage, mark):
    case = await submitted(stage)
    thu = await visitors("thu")
    await refreshed(thu, f"/referrals/{case}/triage", mark.encode().decode("latin-1"))
    assert await views(stage, case) == 1


async def test_after_an_hour_an_open_page_is_seen_anew(visitors, stage, site):
    case = await submitted(stage)
    thu = await visitors("thu")
    path = f"/referrals/{case}/triage"
    await thu.get(path)
    session = thu.http.cookie_jar.filter_cookies(thu.root)[SESSION_COOKIE].value
    since = f"{clock.now().timestamp() - 3601:.0f}"
    sealed = crypto.seal(site.app[FORM_KEY], f"opening:{session}:{since}:{path}")
    await refreshed(thu, path, f"{since}.{sealed}")
    assert await views(stage, case) == 2
