"""Brings the database to the newest migration, or tells how it differs from the models."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config

_MIGRATIONS = Path(__file__).parent.parent / "migrations"


def upgrade(owner_url: str) -> None:
    """Apply what is missing; a second runner waits for the first."""
    command.upgrade(_config(owner_url), "head")


def check(owner_url: str) -> None:
    """Raise when the models hold something that no migration makes."""
    command.check(_config(owner_url))


def draft(owner_url: str, message: str) -> None:
    """Write a new migration from the difference; a person reads and completes it."""
    command.revision(_config(owner_url), message, autogenerate=True)


def _config(owner_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    config.set_main_option(
        "file_template", "%%(year)d-%%(month).2d-%%(day).2d_%%(slug)s"
    )
    _, _, rest = owner_url.partition("://")
    config.attributes["url"] = f"postgresql+asyncpg://{rest}"
    return config
