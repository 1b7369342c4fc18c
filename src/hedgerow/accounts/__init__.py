"""Who may do what: people with their roles, and API keys with their scopes."""

from typing import TYPE_CHECKING

from hedgerow.accounts.errors import (
    AccountsProblem,
    BadKey,
    BadLink,
    BadPassword,
    BadPerson,
    LoginTaken,
    NoSuchKey,
    NoSuchPasskey,
    NoSuchPerson,
    NotInvited,
    NotPossible,
    OpenIDProblem,
    ProviderUnavailable,
    SecondFactorRefused,
    SignInRefused,
    TokenRefused,
)
from hedgerow.accounts.limits import Limits
from hedgerow.accounts.openid.options import OpenIDOptions
from hedgerow.accounts.records import ApiKey, Scope
from hedgerow.lazy import late

if TYPE_CHECKING:
    from hedgerow.accounts.ceremonies import Ceremony, Site
    from hedgerow.accounts.codes import Codes, Enrolment
    from hedgerow.accounts.keys import Keys
    from hedgerow.accounts.openid.flow import OpenID
    from hedgerow.accounts.passkeys import Passkeys
    from hedgerow.accounts.passwords import Passwords
    from hedgerow.accounts.people import People
    from hedgerow.accounts.persons import (
        Invitation,
        LinkKind,
        Passkey,
        Person,
        PersonState,
        Session,
        Stage,
    )
    from hedgerow.accounts.ring import KeyRing
    from hedgerow.accounts.roles import Permission, Role, permissions_of
    from hedgerow.accounts.room import Accounts
    from hedgerow.accounts.sessions import Sessions

__all__ = [
    "Accounts",
    "AccountsProblem",
    "ApiKey",
    "BadKey",
    "BadLink",
    "BadPassword",
    "BadPerson",
    "Ceremony",
    "Codes",
    "Enrolment",
    "Invitation",
    "KeyRing",
    "Keys",
    "Limits",
    "LinkKind",
    "LoginTaken",
    "NoSuchKey",
    "NoSuchPasskey",
    "NoSuchPerson",
    "NotInvited",
    "NotPossible",
    "OpenID",
    "OpenIDOptions",
    "OpenIDProblem",
    "Passkey",
    "Passkeys",
    "Passwords",
    "People",
    "Permission",
    "Person",
    "PersonState",
    "ProviderUnavailable",
    "Role",
    "Scope",
    "SecondFactorRefused",
    "Session",
    "Sessions",
    "SignInRefused",
    "Site",
    "Stage",
    "TokenRefused",
    "permissions_of",
]

__getattr__ = late(
    __name__,
    {
        "Accounts": "room",
        "Ceremony": "ceremonies",
        "Codes": "codes",
        "Enrolment": "codes",
        "Invitation": "persons",
        "KeyRing": "ring",
        "Keys": "keys",
        "LinkKind": "persons",
        "OpenID": "openid.flow",
        "Passkey": "persons",
        "Passkeys": "passkeys",
        "Passwords": "passwords",
        "People": "people",
        "Permission": "roles",
        "Person": "persons",
        "PersonState": "persons",
        "Role": "roles",
        "Session": "persons",
        "Sessions": "sessions",
        "Site": "ceremonies",
        "Stage": "persons",
        "permissions_of": "roles",
    },
)
