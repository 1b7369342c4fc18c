"""Everything of this room that has to do with people, made once for a database."""

from collections.abc import Callable
from datetime import datetime

from hedgerow.accounts.codes import Codes
from hedgerow.accounts.hashing import Hashing
from hedgerow.accounts.limits import DEFAULT_LIMITS, Limits
from hedgerow.accounts.openid.flow import OpenID
from hedgerow.accounts.openid.options import NO_PROVIDER, OpenIDOptions
from hedgerow.accounts.passkeys import Passkeys
from hedgerow.accounts.passwords import Passwords
from hedgerow.accounts.people import People
from hedgerow.accounts.sessions import Sessions
from hedgerow.store import Database, Vault, now


class Accounts:
    """The people of a database, and how they sign in. Safe to share between threads.

    Attributes:
        limits: as given.
        people: who there is.
        passwords: the first thing to show.
        codes, passkeys: the second.
        openid: signing in at a provider instead.
        sessions: browsers that have signed in.
    """

    def __init__(
        self,
        database: Database,
        vault: Vault,
        limits: Limits = DEFAULT_LIMITS,
        openid: OpenIDOptions = NO_PROVIDER,
        *,
        clock: Callable[[], datetime] = now,
    ) -> None:
        hashing = Hashing(vault, limits)
        self.limits = limits
        self.people = People(database, hashing, limits, clock)
        self.passwords = Passwords(database, hashing, limits, clock)
        self.codes = Codes(database, vault, limits, clock)
        self.passkeys = Passkeys(database, limits, clock)
        self.openid = OpenID(database, limits, openid, clock)
        self.sessions = Sessions(database, limits, clock)
