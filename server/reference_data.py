"""What every installation holds before anyone works with it."""

from __future__ import annotations

from server.core.db import make_engine, make_sessions, transaction
from server.facilities import seed as facilities_seed
from server.places import seed as places_seed
from server.records import seed as records_seed


async def add_stations(database_url: str, province_code: str) -> int:
    """Give every commune of a province its station; returns how many were added."""
    engine = make_engine(database_url, 2)
    try:
        async with transaction(make_sessions(engine)) as db:
            return await facilities_seed.add_stations(db, province_code)
    finally:
        await engine.dispose()


async def load(database_url: str) -> None:
    """Bring places, specialties and diagnoses up to date; safe to repeat."""
    engine = make_engine(database_url, 2)
    try:
        async with transaction(make_sessions(engine)) as db:
            await places_seed.load(db)
            await facilities_seed.load(db)
            await records_seed.load(db)
    finally:
        await engine.dispose()
