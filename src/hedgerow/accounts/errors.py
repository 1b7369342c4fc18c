"""What accounts can refuse.

AccountsProblem
├── BadKey             a name or scope is not possible
├── NoSuchKey
├── BadPerson          a name, login or role is not possible
│   └── LoginTaken
├── NoSuchPerson
├── NotPossible        it would lock everybody out, or is for somebody else to do
├── BadPassword        it is too easy to guess
├── BadLink            a one-time link is used, replaced, too old, or none
├── NoSuchPasskey
├── OpenIDProblem      signing in at the provider led nowhere
│   ├── ProviderUnavailable
│   ├── TokenRefused   what it said can't be trusted
│   └── NotInvited
└── SignInRefused      for whatever reason: it is not told which
    └── SecondFactorRefused
"""


class AccountsProblem(Exception):
    """Anything that accounts refuse."""


class BadKey(AccountsProblem):
    """A key's name or one of its scopes is not possible."""


class NoSuchKey(AccountsProblem):
    """No key has this number."""

    def __init__(self, key_id: int) -> None:
        super().__init__(f"there is no API key {key_id}; list the keys to see their numbers")


class BadPerson(AccountsProblem):
    """A person's name, login or one of the roles is not possible."""


class LoginTaken(BadPerson):
    """Somebody has this login."""

    def __init__(self) -> None:
        super().__init__(
            "somebody has this login already; choose another, or find them in the list of people"
        )


class NoSuchPerson(AccountsProblem):
    """No person has this number or login."""

    def __init__(self, which: int | str) -> None:
        told = which if isinstance(which, int) else repr(which[:64])
        super().__init__(f"there is no person {told}; list the people to see who there is")


class NotPossible(AccountsProblem):
    """A change that would lock everybody out, or that somebody else has to make."""


class BadPassword(AccountsProblem):
    """A password that is too easy to guess; the message says why."""


class BadLink(AccountsProblem):
    """A one-time link that is good for nothing."""

    def __init__(self) -> None:
        super().__init__(
            "this link is good for nothing: it was used, replaced by a newer one, or is too old; "
            "ask for a new one"
        )


class NoSuchPasskey(AccountsProblem):
    """This person has no passkey of this number."""

    def __init__(self) -> None:
        super().__init__("there is no such passkey; your account page lists those you have")


class OpenIDProblem(AccountsProblem):
    """Signing in at the OpenID provider led nowhere."""


class ProviderUnavailable(OpenIDProblem):
    """The provider doesn't answer, or not as OpenID Connect has it."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The sign-in service can't be used: {why}. Try again in a while; if it stays so, tell "
            "an administrator"
        )
        self.why = why


class TokenRefused(OpenIDProblem):
    """What the provider said isn't about this sign-in, isn't for us, or isn't from it."""

    def __init__(self, why: str) -> None:
        super().__init__(
            f"The sign-in service's answer was not taken: {why}. Begin once more on the sign-in "
            "page; if it stays so, tell an administrator"
        )


class NotInvited(OpenIDProblem):
    """The provider knows them, and nobody invited them here."""

    def __init__(self) -> None:
        super().__init__(
            "Nobody is invited by the e-mail address that the sign-in service vouches for. Ask an "
            "administrator to invite you, by exactly that address"
        )


class SignInRefused(AccountsProblem):
    """Somebody may not come in. Always in the same words: why would tell who has an account."""

    def __init__(self) -> None:
        super().__init__(
            "That didn't work. Check login and password. After several wrong tries an account is "
            "closed for a while, even to the right password: wait, or ask an administrator"
        )


class SecondFactorRefused(SignInRefused):
    """A code or a passkey that isn't right, or came after too many wrong ones."""

    def __init__(self) -> None:
        AccountsProblem.__init__(
            self,
            "That didn't work. Wait for the next code, and check the clock of the device that "
            "shows it. After several wrong tries an account is closed for a while: wait, or ask an "
            "administrator",
        )
