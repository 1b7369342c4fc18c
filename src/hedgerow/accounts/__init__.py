"""Who may do what: API keys and their scopes."""

from hedgerow.accounts.errors import AccountsProblem, BadKey, NoSuchKey
from hedgerow.accounts.keys import Keys
from hedgerow.accounts.records import ApiKey, Scope
from hedgerow.accounts.ring import KeyRing

__all__ = ["AccountsProblem", "ApiKey", "BadKey", "KeyRing", "Keys", "NoSuchKey", "Scope"]
