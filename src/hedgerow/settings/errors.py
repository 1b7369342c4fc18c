"""What settings can refuse."""


class BadSettings(Exception):
    """A setting can't be used; the message names it, where it stands, and what is allowed."""
