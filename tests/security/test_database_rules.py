"""What the database refuses when the application's own checks are out of the way."""

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.server.consultations.arrange import accepted_case
from tests.server.documents.arrange import add_document
from tests.server.records.arrange import described_case, sign
from tests.server.referrals import queued


async def refused(stage, username, statement, **values):
    """Tell that the person's transaction may not run the statement."""
    with pytest.raises(DBAPIError) as error:
        async with stage.acting(username) as (db, _):
            await db.execute(text(statement), values)
    assert "row-level security" in str(error.value) or "denied" in str(error.value)


async def changed(stage, username, statement, **values) -> int:
    """Return how many rows the statement reached."""
    async with stage.acting(username) as (db, _):
        return (await db.execute(text(statement), values)).rowcount


@pytest.mark.parametrize("username", ["minh", "lan", "binh", "hoa", "thu", "quan"])
async def test_nobody_takes_the_right_to_read_a_case(stage, username):
    case = await accepted_case(stage)
    person = (await stage.actor(username)).id
    row = "VALUES (:r, :p, :patient, :station, :hospital, :province, now())"
    async with stage.as_platform() as db:
        known = (
            await db.execute(
                text("SELECT * FROM case_access WHERE referral_id = :r"),
                {"r": case.referral},
            )
        ).one()
    # Thu may give rights, but not to herself; Minh has one already, so he tries for Hoa.
    await refused(
        stage,
        username,
        "INSERT INTO case_access (referral_id, person_id, patient_id, station_id,"
        f" hospital_id, province_code, given_at) {row}",
        r=case.referral,
        p=(await stage.actor("hoa")).id if username == "minh" else person,
        patient=case.patient,
        station=known.station_id,
        hospital=known.hospital_id,
        province=known.province_code,
    )


async def test_a_coordinator_gives_rights_only_for_a_case_as_it_is(stage):
    mine, other = await accepted_case(stage), await accepted_case(stage)
    lan = (await stage.actor("lan")).id
    values = "SELECT referral_id, :lan, {patient}, station_id, hospital_id, province_code, now()"
    insert = (
        "INSERT INTO case_access (referral_id, person_id, patient_id, station_id,"
        f" hospital_id, province_code, given_at) {values} FROM case_access"
        " WHERE referral_id = :mine"
    )
    await refused(
        stage,
        "thu",
        insert.format(patient="cast(:other as uuid)"),
        lan=lan,
        mine=mine.referral,
        other=other.patient,
    )
    assert (
        await changed(
            stage,
            "thu",
            insert.format(patient="patient_id"),
            lan=lan,
            mine=mine.referral,
        )
        == 1
    )


async def test_a_right_that_has_ended_is_not_taken_up_again(stage):
    case = await accepted_case(stage)
    end = "UPDATE case_access SET ended_at = now() WHERE referral_id = :r"
    again = "UPDATE case_access SET ended_at = NULL WHERE referral_id = :r"
    assert await changed(stage, "minh", end, r=case.referral) == 1
    await refused(stage, "minh", again, r=case.referral)
    await refused(stage, "binh", again, r=case.referral)
    elsewhere = "UPDATE case_access SET referral_id = :other WHERE referral_id = :r"
    other = await accepted_case(stage)
    await refused(stage, "minh", elsewhere, r=case.referral, other=other.referral)


async def test_whoever_is_only_asked_writes_no_record_and_changes_no_offer(
    visitors, stage
):
    case = await described_case(stage)
    referral, _ = await queued.offered(visitors, stage, "minh", "lan")
    lan = await stage.actor("lan")
    await refused(
        stage,
        "lan",
        "INSERT INTO records (id, referral_id, patient_id, station_id, hospital_id,"
        " specialist_id, status, draft, draft_revision, version, created_at, changed_at)"
        " SELECT gen_random_uuid(), id, patient_id, station_id, hospital_id, :lan,"
        " 'draft', '{}', 0, 0, now(), now() FROM referrals WHERE id = :r",
        lan=lan.id,
        r=referral,
    )
    withdraw = "UPDATE referral_offers SET status = 'withdrawn' WHERE referral_id = :r"
    assert await changed(stage, "lan", withdraw, r=referral) == 1  # only her own
    for table, column in (
        ("records", "referral_id"),
        ("consents", "withdrawn_at"),
        ("referral_details", "referral_id"),
    ):
        statement = f"UPDATE {table} SET {column} = {column} WHERE referral_id = :r"  # noqa: S608
        assert await changed(stage, "lan", statement, r=case.referral) == 0


async def test_a_draft_is_seen_by_its_writer_only(visitors, stage):
    case = await described_case(stage)
    minh = await visitors("minh")
    await minh.post(
        f"/referrals/{case.referral}/record/draft",
        {"findings": "Chưa chắc chắn", "version": "0"},
    )
    seen = "SELECT count(*) FROM records WHERE referral_id = :r"
    for username, number in {
        "minh": 1,
        "binh": 0,
        "lan": 0,
        "thu": 0,
        "quan": 0,
    }.items():
        async with stage.acting(username) as (db, _):
            assert await db.scalar(text(seen), {"r": case.referral}) == number


async def test_nobody_signs_decides_or_speaks_in_the_name_of_another(visitors, stage):
    case = await described_case(stage)
    record = (await sign(await visitors("minh"), case)).rpartition("/")[2]
    binh, minh = await stage.actor("binh"), await stage.actor("minh")
    respond = (
        "INSERT INTO record_responses (id, record_id, version, decision, text, by,"
        " doctor_name, at) VALUES (gen_random_uuid(), :r, 1, 'accepted', '', :by, 'x', now())"
    )
    await refused(stage, "minh", respond, r=record, by=minh.id)
    await refused(stage, "minh", respond, r=record, by=binh.id)
    speak = (
        "INSERT INTO referral_messages (id, referral_id, author_id, at, text)"
        " VALUES (gen_random_uuid(), :r, :by, now(), 'x')"
    )
    await refused(stage, "minh", speak, r=case.referral, by=binh.id)
    move = (
        "INSERT INTO record_changes (id, record_id, before, after, by, at, reason)"
        " VALUES (gen_random_uuid(), :r, 'signed', 'accepted', :by, now(), '')"
    )
    await refused(stage, "minh", move, r=record, by=binh.id)
    version = (
        "INSERT INTO record_versions SELECT record_id, 2, content, content_sha256, '',"
        " :by, signer_name, signer_licence, now(), method FROM record_versions"
        " WHERE record_id = :r"
    )
    await refused(stage, "binh", version, r=record, by=binh.id)
    await refused(stage, "minh", version, r=record, by=binh.id)
    trail = (
        "INSERT INTO audit_events (id, at, person_id, action, outcome, address, user_agent,"
        " request_id, detail) VALUES (gen_random_uuid(), now(), :by, 'x', 'success', '', '',"
        " '', '{}')"
    )
    await refused(stage, "minh", trail, by=binh.id)


async def test_a_station_asks_for_no_patient_of_another(stage):
    case = await accepted_case(stage)
    hoa = await stage.actor("hoa")
    async with stage.as_platform() as db:
        columns = [
            row[0]
            for row in await db.execute(
                text(
                    "SELECT column_name FROM information_schema.columns"
                    " WHERE table_name = 'referrals' ORDER BY ordinal_position"
                )
            )
        ]
    own = {"id": "gen_random_uuid()", "station_id": ":hoa", "number": "'T-STRANGE'"}
    picked = ", ".join(own.get(name, f"(source).{name}") for name in columns)
    async with stage.as_platform() as db:
        source = (
            await db.execute(
                text("SELECT row_to_json(r)::text FROM referrals r WHERE id = :r"),
                {"r": case.referral},
            )
        ).scalar_one()
    await refused(
        stage,
        "hoa",
        f"INSERT INTO referrals ({', '.join(columns)}) SELECT {picked} FROM"  # noqa: S608
        " (SELECT json_populate_record(NULL::referrals, cast(:source as json)) AS source) AS s",
        hoa=hoa.facility_id,
        source=source,
    )


async def test_a_specialist_neither_renames_nor_removes_the_files_of_the_station(
    visitors, stage
):
    binh = await visitors("binh")
    case = await accepted_case(stage)
    document = await add_document(binh, case.referral)
    take = "UPDATE documents SET title = 'x' WHERE id = :d"
    assert await changed(stage, "minh", take, d=document) == 0
    assert await changed(stage, "hoa", take, d=document) == 0


async def test_an_answer_that_is_kept_is_nobody_elses(visitors, stage):
    binh = await visitors("binh")
    case = await accepted_case(stage)
    await binh.api("POST", f"/referrals/{case.referral}/consultations", {})
    seen = "SELECT count(*) FROM answered_requests"
    async with stage.acting("hoa") as (db, _):
        assert await db.scalar(text(seen)) == 0
    async with stage.acting("binh") as (db, _):
        assert await db.scalar(text(seen)) > 0
