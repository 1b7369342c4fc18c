"""Asking the OpenID provider: where it is asked what, its keys, and a code for a token.

Only addresses that nobody on the way can read are asked, and no redirect is followed.
"""

from __future__ import annotations

import json
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote_plus

import httpx2

from hedgerow.accounts.errors import ProviderUnavailable
from hedgerow.accounts.openid.options import OpenIDOptions, is_private

_GONE_SECONDS = 10.0
"""After it didn't tell where it is asked, nobody asks again for so long: all would wait in turn."""

_KEYS_SECONDS = 10.0
"""At the soonest, keys are asked for again: by a token of a key that isn't known yet."""


@dataclass(frozen=True)
class Endpoints:
    """Where the provider is asked what; of its discovery document."""

    authorization: str
    token: str
    keys: str
    userinfo: str | None
    secret_in_body: bool


class Provider:
    """One OpenID provider. Safe to share between threads; nothing is asked before it is needed."""

    def __init__(self, options: OpenIDOptions) -> None:
        self._options = options
        self._reading = threading.Lock()
        self._endpoints: Endpoints | None = None
        self._gone = ""
        self._keys: list[dict[str, Any]] = []
        self._endpoints_at = self._keys_at = self._gone_at = float("-inf")

    @cached_property
    def _ssl(self) -> ssl.SSLContext:
        """The system's certificates: to read them takes longer than most questions do."""
        return httpx2.create_ssl_context(trust_env=False)

    def endpoints(self) -> Endpoints:
        """Its addresses, as it told them within the last `keys_minutes`.

        Raises:
            ProviderUnavailable: they can't be had, or aren't usable, or weren't a moment ago.
        """
        with self._reading:
            if self._endpoints is None or self._is_old(self._endpoints_at):
                if time.monotonic() - self._gone_at < _GONE_SECONDS:
                    raise ProviderUnavailable(self._gone)
                try:
                    self._endpoints = self._discovered()
                except ProviderUnavailable as problem:
                    self._gone, self._gone_at = problem.why, time.monotonic()
                    raise
                self._endpoints_at = time.monotonic()
            return self._endpoints

    def keys(self, *, anew: bool = False) -> list[dict[str, Any]]:
        """Its public keys, each as JWK has it.

        Args:
            anew: whether those that were read a while ago don't do, as one is missing there.

        Raises:
            ProviderUnavailable: they can't be had.
        """
        address = self.endpoints().keys
        with self._reading:
            age = time.monotonic() - self._keys_at
            if self._is_old(self._keys_at) or (anew and age > _KEYS_SECONDS):
                found = self._ask("GET", address).get("keys")
                if not isinstance(found, list):
                    raise ProviderUnavailable("its keys aren't a set of keys (RFC 7517)")
                self._keys = [each for each in found if isinstance(each, dict)]
                self._keys_at = time.monotonic()
            return self._keys

    def redeem(self, code: str, verifier: str, redirect_uri: str) -> dict[str, Any]:
        """The answer to a code: the ID token and more, none of it checked.

        Raises:
            ProviderUnavailable: there is none, or the provider refuses the code.
        """
        endpoints, options = self.endpoints(), self._options
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": options.client_id,
            "code_verifier": verifier,
        }
        headers = {}
        secret = self._secret()
        if secret and endpoints.secret_in_body:
            fields["client_secret"] = secret
        elif secret:
            # RFC 6749, 2.3.1: both are encoded like fields of a form before they are joined.
            pair = f"{quote_plus(options.client_id)}:{quote_plus(secret)}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        return self._ask("POST", endpoints.token, headers=headers, data=fields)

    def userinfo(self, access_token: str) -> dict[str, Any]:
        """What the provider says of who the token is of; nothing where it can't be asked."""
        address = self.endpoints().userinfo
        if address is None:
            return {}
        return self._ask("GET", address, headers={"Authorization": f"Bearer {access_token}"})

    def _is_old(self, at: float) -> bool:
        return time.monotonic() - at > 60 * self._options.keys_minutes

    def _secret(self) -> str:
        if not self._options.client_secret_file:
            return ""
        try:
            return Path(self._options.client_secret_file).read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as problem:
            raise ProviderUnavailable(
                "the file with the client's secret can't be read; check openid.client_secret_file"
            ) from problem

    def _discovered(self) -> Endpoints:
        issuer = self._options.issuer
        found = self._ask("GET", issuer.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != issuer:
            raise ProviderUnavailable(
                "it calls itself by another name than the setting openid.issuer; set that to "
                "exactly what the discovery document has as issuer"
            )
        methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        userinfo = found.get("userinfo_endpoint")
        return Endpoints(
            authorization=_private(found.get("authorization_endpoint")),
            token=_private(found.get("token_endpoint")),
            keys=_private(found.get("jwks_uri")),
            userinfo=None if userinfo is None else _private(userinfo),
            secret_in_body="client_secret_basic" not in methods,
        )

    def _ask(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        data: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """A JSON object."""
        limit = self._options.max_answer_bytes
        wanted = {"Accept": "application/json", **(headers or {})}
        body = bytearray()
        try:
            with (
                httpx2.Client(
                    verify=self._ssl, timeout=self._options.timeout_seconds, trust_env=False
                ) as client,
                client.stream(method, url, headers=wanted, data=data) as answer,
            ):
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > limit:
                        raise ProviderUnavailable(f"it answers with more than {limit} bytes")
                status = answer.status_code
        except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
            raise ProviderUnavailable(f"it can't be reached ({type(problem).__name__})") from None
        if status != 200:
            raise ProviderUnavailable(f"it refused with the status {status}")
        try:
            found = json.loads(body)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            raise ProviderUnavailable("its answer is no JSON object")
        return found


def _private(url: object) -> str:
    if not isinstance(url, str) or not is_private(url):
        raise ProviderUnavailable("one of its addresses is missing, or isn't https")
    return url
