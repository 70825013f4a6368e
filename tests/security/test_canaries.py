"""What people type about a patient stays in the patient's rows: no log, metric, event or trail."""

import asyncio
import re
from itertools import count

import asyncpg
import nats
import pytest

from server.demo import PASSWORD
from tests.server.consultations.arrange import Case
from tests.server.documents.arrange import add_document
from tests.server.patients.arrange import somebody
from tests.server.records import arrange as records
from tests.server.referrals import queued
from tests.server.referrals.arrange import agreed, content, draft, version_of

CANARY = "Bachyen"
# Where a canary may lie: the rows of the patient and what they are answered with.
HOMES = {
    "answered_requests",
    "appointment_changes",
    "documents",
    "patients",
    "record_changes",
    "record_responses",
    "record_versions",
    "records",
    "referral_changes",
    "referral_details",
    "referral_messages",
    "referral_offers",
    "referrals",
}
_numbers = count(1)


def canary() -> str:
    """Return a word that is found again wherever it goes, folded or not."""
    letters = "".join(chr(97 + int(digit)) for digit in str(next(_numbers)))
    return f"{CANARY} {letters}"


@pytest.fixture
async def overheard(engines):
    """Everything that goes over NATS meanwhile."""
    client = await nats.connect(engines.nats_url)
    heard = []

    async def hear(message):
        heard.append(f"{message.subject} {message.data!r}")

    await client.subscribe(">", cb=hear)
    await client.flush()
    yield heard
    await client.close()


async def registered(binh):
    typed = somebody(
        full_name=canary(),
        birth_date="09/03/1962",
        phone="0912345678",
        current_address=canary(),
        permanent_address=canary(),
        representative_name=canary(),
        representative_relation=canary(),
        allergies=canary(),
        history=canary(),
    )
    answer = await binh.post("/patients", typed)
    assert answer.status == 303, binh.text
    return answer.headers["Location"].removeprefix("/patients/")


async def asked(binh):
    """A request with a canary in each field that takes words."""
    referral = await draft(binh, await registered(binh))
    words = ("reason", "symptoms", "question_1", "history", "examination", "tests")
    typed = content(**{name: f"{canary()} mười hai chữ" for name in words})
    version = await version_of(binh, referral)
    answer = await binh.post(
        f"/referrals/{referral}/request",
        {"version": version, **typed, "provisional_text": canary()},
    )
    assert answer.status == 303, binh.text
    assert (await agreed(binh, referral)).status == 303
    await add_document(binh, referral, f"{canary()}.png")
    assert (await binh.post(f"/referrals/{referral}/submit")).status == 303
    return referral


async def coordinated(visitors, stage, referral):
    thu, minh, lan = [await visitors(one) for one in ("thu", "minh", "lan")]
    await thu.post(
        f"/referrals/{referral}/triage", {"priority": "1", "change_reason": canary()}
    )
    people = await queued.ids_of(stage, "minh", "lan")
    asking = {"specialist_ids": [str(one) for one in people]}
    answer = await thu.api("POST", f"/referrals/{referral}/offers", asking)
    assert answer.status == 200, thu.text
    offers = await queued.offers_of(stage, referral)
    his, hers = [offers[one].id for one in people]
    refusal = {"reason": "other", "details": canary()}
    declined = await lan.post(f"/offers/{hers}/decline", refusal)
    assert declined.status == 303, lan.text
    assert (await minh.post(f"/offers/{his}/accept")).status == 303
    return minh


async def the_main_job(visitors, stage):
    """Run it with canaries; also what goes wrong: strangers, bad input, a wrong password."""
    binh = await visitors("binh")
    referral = await asked(binh)
    minh = await coordinated(visitors, stage, referral)
    case = Case(None, referral)
    typed = {
        name: canary()
        for name in ("findings", "diagnosis_text", "answer_0", "advice", "plan_text")
    }
    version = await records.save_draft(minh, case, answer_1=None, **typed)
    for password in (canary(), PASSWORD):
        signed = await minh.post(
            f"/referrals/{referral}/record/sign",
            {"password": password, "version": version},
        )
    assert signed.status == 303, minh.text
    record = signed.headers["Location"]
    await records.respond(binh, record, decision="other", text=canary())
    await records.amend(minh, record, answer_1=None, **typed | {"reason": canary()})
    for visitor in (binh, minh):
        await visitor.get(f"/patients?q={canary()}")
        await visitor.get(f"{record}?q={canary()}")
    await binh.api("POST", "/patients", {"full_name": canary(), canary(): canary()})
    await binh.post("/patients", somebody(full_name=canary(), birth_date=canary()))
    hoa = await visitors("hoa")
    await hoa.post(f"/referrals/{referral}/request", {"reason": canary()})
    await hoa.get(f"/patients/{canary()}")
    return binh


async def rows_with(stage, word):
    """Return the tables that hold the word anywhere."""
    db = await asyncpg.connect(stage.superuser_url)
    tables = await db.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r'"
        " AND relnamespace = 'public'::regnamespace"
    )
    found = set()
    for (name,) in tables:
        statement = f"SELECT count(*) FROM {name} AS row WHERE row::text ILIKE $1"  # noqa: S608
        if await db.fetchval(statement, f"%{word}%"):
            found.add(name)
    await db.close()
    return found


async def test_the_words_about_a_patient_stay_with_the_patient(
    *, visitors, stage, overheard, capfd, caplog
):
    binh = await the_main_job(visitors, stage)
    metrics = await (await binh.http.get(binh.root / "metrics")).text()
    await asyncio.sleep(0)
    said = "\n".join([metrics, caplog.text, *capfd.readouterr(), *overheard])
    assert overheard
    assert not re.search(CANARY, said, re.IGNORECASE)
    homes = await rows_with(stage, CANARY)
    assert homes >= {
        "patients",
        "referral_details",
        "record_versions",
        "referral_offers",
    }
    assert homes <= HOMES
