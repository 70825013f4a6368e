"""Introduces browsers to each other, without knowing who they are or why they call."""
