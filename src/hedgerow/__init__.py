"""Hedgerow recognises known pictures and keeps the lists they are known by."""

__version__ = "0.5.0"
