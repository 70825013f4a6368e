"""Photographs and papers of a case."""
