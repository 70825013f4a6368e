"""The calls that left no samples, for whoever watches the platform."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client.core import CounterMetricFamily
from prometheus_client.metrics_core import Metric
from sqlalchemy.ext.asyncio import AsyncSession

from server.quality import queries


async def measured(db: AsyncSession) -> Iterable[Metric]:
    """Return what the database knows of quality."""
    return [
        CounterMetricFamily(
            "tramxa_call_ends_without_samples",
            "Ends of answered calls over 20 s that left no quality sample",
            value=await queries.silent_ends(db),
        )
    ]
