"""Who may do what: people with their roles, and API keys with their scopes."""

from hedgerow.accounts.ceremonies import Ceremony, Site
from hedgerow.accounts.codes import Codes, Enrolment
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
from hedgerow.accounts.keys import Keys
from hedgerow.accounts.limits import Limits
from hedgerow.accounts.openid.flow import OpenID
from hedgerow.accounts.openid.options import OpenIDOptions
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
from hedgerow.accounts.records import ApiKey, Scope
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
