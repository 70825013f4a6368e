"""Stations, their satellite points, hospitals, departments and specialties."""
