"""What the survivors' pages can refuse before they are served."""


class BadFile(Exception):
    """A file of helplines or of texts can't be used; the message says where and why."""
