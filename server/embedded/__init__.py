"""The bundled engines: a real PostgreSQL and a real NATS under our own supervisor."""
