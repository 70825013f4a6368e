"""Provinces and communes with their official codes, and the codes that came before."""
