"""What can be set about the OpenID provider."""

import ipaddress
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class OpenIDOptions:
    """Where people sign in besides here.

    Attributes:
        issuer: URL of the OpenID provider, as its discovery document has it; empty for none.
        client_id: what the provider knows this installation by.
        client_secret_file: file with the client's secret; empty for a client that has none.
        name: of the provider, as the button says it.
        second_factor: whether a second factor is shown here as well; say no only where the
            provider asks everybody for one.
        timeout_seconds: that the provider may take for an answer.
        max_answer_bytes: of an answer of the provider.
        keys_minutes: for which the provider's keys and addresses are kept.
        leeway_seconds: by which the provider's clock may be wrong.
    """

    issuer: str = ""
    client_id: str = ""
    client_secret_file: str = ""
    name: str = "single sign-on"
    second_factor: bool = True
    timeout_seconds: float = 10.0
    max_answer_bytes: int = 1_048_576
    keys_minutes: float = 60.0
    leeway_seconds: int = 60

    def __post_init__(self) -> None:
        for name in ("timeout_seconds", "max_answer_bytes", "keys_minutes"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be above 0, not {getattr(self, name)!r}")
        if self.leeway_seconds < 0:
            raise ValueError(f"leeway_seconds must be at least 0, not {self.leeway_seconds!r}")
        if bool(self.issuer) != bool(self.client_id):
            raise ValueError("issuer and client_id are set together or not at all")
        if self.issuer and (not is_private(self.issuer) or set("?#") & set(self.issuer)):
            raise ValueError("issuer must be a URL that begins with https://, without ? or #")


NO_PROVIDER = OpenIDOptions()


def is_private(url: str) -> bool:
    """Whether nobody on the way can read what is sent: HTTPS, or this machine itself."""
    parts = urlsplit(url)
    if parts.scheme == "https":
        return bool(parts.hostname)
    if parts.scheme != "http" or not parts.hostname:
        return False
    try:
        return ipaddress.ip_address(parts.hostname).is_loopback
    except ValueError:
        return parts.hostname == "localhost"
