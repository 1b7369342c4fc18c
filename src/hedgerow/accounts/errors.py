"""What accounts can refuse.

AccountsProblem
├── BadKey      a name or scope is not possible
└── NoSuchKey
"""


class AccountsProblem(Exception):
    """Anything that accounts refuse."""


class BadKey(AccountsProblem):
    """A key's name or one of its scopes is not possible."""


class NoSuchKey(AccountsProblem):
    """No key has this number."""

    def __init__(self, key_id: int) -> None:
        super().__init__(f"there is no API key {key_id}; list the keys to see their numbers")
