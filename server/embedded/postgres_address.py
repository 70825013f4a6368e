"""Where the bundled PostgreSQL listens and who may sign in there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

SUPERUSER: Final = "postgres"
OWNER: Final = "tramxa_owner"
APPLICATION: Final = "tramxa_app"
DATABASE: Final = "tramxa"


@dataclass(frozen=True, slots=True)
class PostgresAddress:
    """A Unix socket directory with the passwords of its three roles."""

    socket_dir: Path
    passwords: Mapping[str, str] = field(repr=False)

    def url(self, role: str, database: str = DATABASE) -> str:
        """Write the connection URI of PostgreSQL's documentation, section 32.1.1.2."""
        password = quote(self.passwords[role], safe="")
        query = urlencode({"host": str(self.socket_dir)}, quote_via=quote)
        return f"postgresql://{role}:{password}@/{database}?{query}"

    @property
    def owner_url(self) -> str:
        """For migrations, which change tables."""
        return self.url(OWNER)

    @property
    def app_url(self) -> str:
        """For the programs, held back by row-level security."""
        return self.url(APPLICATION)
