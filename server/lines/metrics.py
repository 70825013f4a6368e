"""How the lines of the country are, for whoever watches the platform; no place is named."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from prometheus_client.core import GaugeMetricFamily
from sqlalchemy import func, select

from server.core import clock
from server.lines.models import LineCheck
from server.lines.verdict import Light

if TYPE_CHECKING:
    from prometheus_client.metrics_core import Metric
    from sqlalchemy.ext.asyncio import AsyncSession


async def measured(db: AsyncSession) -> Iterable[Metric]:
    """Return how many checks of the last day had which light."""
    rows = await db.execute(
        select(LineCheck.light, func.count())
        .where(LineCheck.at > clock.now() - timedelta(days=1))
        .group_by(LineCheck.light)
    )
    counted = dict(rows.all())
    family = GaugeMetricFamily(
        "tramxa_line_checks", "Line checks of the last 24 hours", labels=["light"]
    )
    for light in Light:
        family.add_metric([light.value], counted.get(light, 0))
    return [family]
