"""Counts, waits and the 2030 target."""
