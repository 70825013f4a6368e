"""Booked meetings, never two at once."""
