"""A page that keeps itself true is looked at once, as the trail says."""

from playwright.async_api import expect

from tests.server.audit.test_openings import views
from tests.server.referrals.queued import offered


async def test_what_changes_on_an_open_page_is_shown_and_is_no_new_view(
    *, visitors, program, stage
):
    case, [first, second] = await offered(visitors, stage, "minh", "lan")
    thu = await program.sign_in("thu")
    await thu.goto(f"{program.root}/referrals/{case}/triage")
    for name, offer in (("minh", first), ("lan", second)):
        doctor = await visitors(name)
        refusal = {"reason": "busy", "details": f"Đang mổ ({name})"}
        answer = await doctor.post(f"/offers/{offer}/decline", refusal)
        assert answer.status == 303
        await expect(thu.get_by_text(f"Đang mổ ({name})").first).to_be_visible()
    assert await views(stage, case) == 1
    await thu.reload()
    assert await views(stage, case) == 2
    assert program.errors == []
