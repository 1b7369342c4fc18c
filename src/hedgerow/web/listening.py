"""Where the service listens, and the refusal to do so in the open."""

from __future__ import annotations

import ipaddress
import ssl
from dataclasses import dataclass


class BadListening(Exception):
    """The service would not be safe, or can't listen, where it was told to."""


@dataclass(frozen=True)
class Listening:
    """Where the service listens.

    host: address or name of the machine's own; other machines reach only what isn't loopback.
    port: of TCP; 0 takes any that is free.
    workers: processes that answer; each has an index of its own in memory for what is new.
    tls_certificate: file with the certificate and its chain, PEM; none: no TLS.
    tls_key: file with its private key, PEM.
    behind_proxy: says that a proxy in front does TLS, so that this may listen without.
    """

    host: str = "127.0.0.1"
    port: int = 8080
    workers: int = 1
    tls_certificate: str = ""
    tls_key: str = ""
    behind_proxy: bool = False

    def __post_init__(self) -> None:
        if not 0 <= self.port <= 65_535:
            raise ValueError(f"port must be from 0 to 65535, not {self.port!r}")
        if self.workers < 1:
            raise ValueError(f"workers must be at least 1, not {self.workers!r}")

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can connect."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def scheme(self) -> str:
        """Of its URLs."""
        return "https" if self.tls_certificate else "http"


def _load(listening: Listening) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        # Without a password, or OpenSSL would ask for one and wait.
        context.load_cert_chain(listening.tls_certificate, listening.tls_key, password="")
    except (OSError, ValueError) as problem:
        msg = (
            f"TLS can't begin with {listening.tls_certificate} and {listening.tls_key}: {problem}; "
            "give a certificate with its chain and its own key, both PEM, the key without password"
        )
        raise BadListening(msg) from problem


def check(listening: Listening) -> None:
    """See that keys and uploads would not go over a network in the open.

    Raises:
        BadListening: they would, or the certificate can't be used.
    """
    if bool(listening.tls_certificate) != bool(listening.tls_key):
        msg = "TLS needs both a certificate and its key: --tls-certificate and --tls-key"
        raise BadListening(msg)
    if listening.tls_certificate:
        _load(listening)
    if listening.is_loopback or listening.tls_certificate or listening.behind_proxy:
        return
    msg = (
        f"{listening.host} can be reached by other machines, and keys and uploads would go over "
        "the network in the open: give --tls-certificate and --tls-key, or say --behind-proxy "
        "where a proxy does TLS in front of this"
    )
    raise BadListening(msg)
