"""Every limit of this room, by name."""

from dataclasses import dataclass

LEAST_MEMORY_KIB = 19_456
LEAST_TIME = 2
LEAST_PASSWORD = 8
"""Less is refused: the least that OWASP's Password Storage Cheat Sheet and NIST SP 800-63B take."""


@dataclass(frozen=True)
class Limits:
    """How people sign in, and how long that lasts.

    Attributes:
        session_hours: after which everybody signs in anew, however busy they are.
        idle_minutes: without a page or a key, after which a session ends.
        sign_in_minutes: between the password and the second factor.
        fresh_minutes: after signing in, in which second factors may be changed, people
            invited or reset, their roles and logins changed, and API keys made.
        invitation_hours: that an invitation's link is good for.
        setup_hours: that the link for the first administrator is good for.
        lock_after: wrong passwords and codes in a row, after which an account is closed a while.
        lock_minutes: for which it is closed first; each further wrong try doubles that.
        lock_most_minutes: for which it is closed at most.
        forget_hours: after the last wrong try, when the count begins anew.
        password_min: characters of a password; at least 8.
        password_max: characters of a password.
        argon2_memory_kib: that hashing a password takes, in KiB; at least 19456.
        argon2_time: passes of hashing a password; at least 2.
        argon2_parallelism: lanes of hashing a password.
        hashes_at_once: passwords that a process of the service looks at at a time; each takes a
            core and `argon2_memory_kib`.
        hashes_waiting: that wait for it; who comes then is asked to try again.
        max_passkeys: of one person.
        max_sessions: of one person; the one used longest ago ends for another.
        max_flows: sign-ins at the OpenID provider under way; the oldest ends for another.
    """

    session_hours: float = 12.0
    idle_minutes: float = 30.0
    sign_in_minutes: float = 10.0
    fresh_minutes: float = 15.0
    invitation_hours: float = 72.0
    setup_hours: float = 24.0
    lock_after: int = 5
    lock_minutes: float = 1.0
    lock_most_minutes: float = 60.0
    forget_hours: float = 24.0
    password_min: int = 12
    password_max: int = 1024
    argon2_memory_kib: int = 65_536
    argon2_time: int = 3
    argon2_parallelism: int = 4
    hashes_at_once: int = 1
    hashes_waiting: int = 32
    max_passkeys: int = 16
    max_sessions: int = 16
    max_flows: int = 1000

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if value <= 0:
                raise ValueError(f"{name} must be above 0, not {value!r}")
        least = {
            "argon2_memory_kib": max(LEAST_MEMORY_KIB, 8 * self.argon2_parallelism),
            "argon2_time": LEAST_TIME,
            "password_min": LEAST_PASSWORD,
            "password_max": self.password_min,
            "lock_most_minutes": self.lock_minutes,
        }
        for name, value in least.items():
            if getattr(self, name) < value:
                raise ValueError(f"{name} must be at least {value:g}, not {getattr(self, name)!r}")


DEFAULT_LIMITS = Limits()
