"""An OpenID provider of our own, over HTTP on this machine. It is as honest as it is told to be."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import MISSING, dataclass, field, fields
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

CLIENT = "hedgerow"
SECRET = "a secret: with + signs"

Change = Callable[[dict[str, Any]], None]


@dataclass
class Provider:
    """What the provider does, and what it was asked.

    algorithm: that ID tokens are signed by. change: what is done to their claims first.
    sign: what makes the token of claims, instead of an honest signature.
    """

    issuer: str = ""
    algorithm: str = "RS256"
    email: str = "ada@example.org"
    verified: object = True
    subject: str = "248289761001"
    in_token: bool = True
    change: Change = lambda _claims: None
    sign: Callable[[dict[str, Any]], str] | None = None
    discovery: Change = lambda _told: None
    userinfo: Change = lambda _told: None
    answers: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    granted: dict[str, dict[str, str]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.keys = {
            "RS256": RSAKey.generate_key(2048, {"kid": "rsa"}),
            "ES256": ECKey.generate_key("P-256", {"kid": "ec"}),
        }
        self.published = list(self.keys.values())

    def be_honest(self) -> None:
        """Forget what a test has changed, but the keys."""
        for each in fields(self):
            if each.name != "issuer":
                made = each.default_factory if each.default is MISSING else None
                setattr(self, each.name, each.default if made is None else made())

    @property
    def key(self) -> RSAKey | ECKey:
        return self.keys["ES256" if self.algorithm.startswith("ES") else "RS256"]

    def let_in(self, url: str) -> dict[str, str]:
        """What a browser that was sent to `url` comes back with, once somebody has signed in."""
        parts = urlsplit(url)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert f"{parts.scheme}://{parts.netloc}" == self.issuer
        assert parts.path == "/authorize"
        assert query["response_type"] == "code"
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = secrets.token_urlsafe()
        self.granted[code] = query
        return {"code": code, "state": query["state"], "iss": self.issuer}

    def claims(self, nonce: str) -> dict[str, Any]:
        at = int(time.time())
        told = {
            "iss": self.issuer, "sub": self.subject, "aud": CLIENT, "nonce": nonce,
            "iat": at, "exp": at + 300,
        }  # fmt: skip
        if self.in_token:
            told |= {"email": self.email, "email_verified": self.verified}
        self.change(told)
        return told

    def token(self, nonce: str) -> str:
        claims = self.claims(nonce)
        if self.sign is not None:
            return self.sign(claims)
        header = {"alg": self.algorithm, "kid": self.key.kid}
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])

    def redeem(self, fields: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """As a provider does: a code counts once, for whom and with what it was given."""
        asked = self.granted.pop(fields.get("code", ""), None)
        kind, _, pair = authorization.partition(" ")
        given = [unquote_plus(each) for each in base64.b64decode(pair).decode().split(":")]
        challenge = hashlib.sha256(fields.get("code_verifier", "").encode()).digest()
        fits = (
            asked is not None
            and kind == "Basic"
            and given == [CLIENT, SECRET]
            and fields["grant_type"] == "authorization_code"
            and fields["redirect_uri"] == asked["redirect_uri"]
            and asked["code_challenge"] == base64.urlsafe_b64encode(challenge).decode().rstrip("=")
        )
        if not fits or asked is None:
            return None
        return {
            "access_token": "an access token",
            "token_type": "Bearer",
            "id_token": self.token(asked["nonce"]),
        }

    def answer(self, method: str, path: str, body: bytes, authorization: str) -> tuple[int, Any]:
        self.asked.append(path)
        if path in self.answers:
            return self.answers[path]
        match method, path:
            case "GET", "/.well-known/openid-configuration":
                told = {
                    "issuer": self.issuer,
                    "authorization_endpoint": f"{self.issuer}/authorize",
                    "token_endpoint": f"{self.issuer}/token",
                    "jwks_uri": f"{self.issuer}/keys",
                    "userinfo_endpoint": f"{self.issuer}/userinfo",
                }
                self.discovery(told)
                return 200, told
            case "GET", "/keys":
                return 200, {"keys": [each.as_dict(private=False) for each in self.published]}
            case "GET", "/userinfo" if authorization == "Bearer an access token":
                told = {"sub": self.subject, "email": self.email, "email_verified": self.verified}
                self.userinfo(told)
                return 200, told
            case "POST", "/token":
                fields = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                found = self.redeem(fields, authorization)
                return (200, found) if found else (400, {"error": "invalid_grant"})
        return 404, {"error": "not found"}


def unsigned(claims: dict[str, Any]) -> str:
    """A token with the algorithm "none"."""
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    texts = (base64.urlsafe_b64encode(json.dumps(each).encode()).decode() for each in parts)
    return ".".join(each.rstrip("=") for each in texts) + "."


def by_public_key(provider: Provider) -> Callable[[dict[str, Any]], str]:
    """Signs with the provider's public key as if it were a shared secret."""
    public = OctKey.import_key(provider.keys["RS256"].as_pem(private=False).hex())

    def sign(claims: dict[str, Any]) -> str:
        header = {"alg": "HS256", "kid": "rsa"}
        return jwt.encode(header, claims, public, algorithms=["HS256"])

    return sign


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that answers."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:  # the library's name
            self._answer("GET", b"")

        def do_POST(self) -> None:  # the library's name
            self._answer("POST", self.rfile.read(int(self.headers["Content-Length"])))

        def _answer(self, method: str, body: bytes) -> None:
            where = urlsplit(self.path).path
            said = self.headers.get("Authorization", "")
            status, told = provider.answer(method, where, body, said)
            data = told if isinstance(told, bytes) else json.dumps(told).encode()
            self.send_response(status)
            if status in (301, 302):
                self.send_header("Location", data.decode())
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def back(query: dict[str, str], **changed: str) -> str:
    """The query of an answer, with some of it changed."""
    return urlencode(query | changed)
