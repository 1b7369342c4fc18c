"""The `hedgerow` command; thin: every command is a few calls into the rooms."""

from hedgerow.cli.app import app, main

__all__ = ["app", "main"]
