"""The limit of the index that others need before they need the index, which is heavy to load."""

SEAL_AT = 32_768
"""Pairs in the tail from which it is sealed into a segment."""
