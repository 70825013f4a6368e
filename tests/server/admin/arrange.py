"""People of administration that the cast lacks."""

from server.access.permissions import Role
from server.accounts import service
from server.core import crypto
from server.demo import PASSWORD, demo_id


async def administrator_of(stage, username: str, province: str) -> None:
    """Add a provincial administrator who signs in with the password of the cast."""
    async with stage.as_platform() as db:
        person = await service.add(
            db,
            service.NewAccount(
                full_name="Lý Thị Xem",
                username=username,
                role=Role.PROVINCIAL_ADMIN,
                facility_id=demo_id(f"department:{province}"),
            ),
            await crypto.hash_password(PASSWORD),
        )
        person.must_change_password = False
