"""A passkey of our own making: what a security key does, from the primitives of cryptography.

Nothing here is the library's that checks it. It is as honest as it is told to be.
"""

import hashlib
import json
import os
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field

from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

USER_PRESENT, USER_VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def text_of(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()


def bytes_of(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def cbor(value: object) -> bytes:
    """RFC 8949, as far as it is needed."""
    match value:
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            return _head(3, len(value.encode())) + value.encode()
        case dict():
            pairs = (cbor(key) + cbor(each) for key, each in value.items())
            return _head(5, len(value)) + b"".join(pairs)
    raise TypeError(value)


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for size, code in ((1, 24), (2, 25), (4, 26)):
        if number < 1 << 8 * size:
            return bytes([major << 5 | code]) + number.to_bytes(size, "big")
    raise ValueError(number)


def _number(value: int) -> bytes:
    return value.to_bytes((value.bit_length() + 7) // 8, "big")


@dataclass
class Authenticator:
    """One passkey, for one site.

    origin: of the page that asks. algorithm: as COSE numbers it. counter: None for one that
    doesn't count. verifies: whether it asks for a finger or a PIN.
    """

    origin: str = "https://hedgerow.example.org"
    algorithm: int = -7
    counter: int | None = 0
    verifies: bool = True
    present: bool = True
    cross_origin: bool = False
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))

    def __post_init__(self) -> None:
        match self.algorithm:
            case -7:
                self.key = ec.generate_private_key(ec.SECP256R1())
            case -8:
                self.key = ed25519.Ed25519PrivateKey.generate()
            case _:
                self.key = rsa.generate_private_key(65537, 2048)

    def make(self, options: dict, **changed: object) -> dict:
        """The answer to `navigator.credentials.create`, as JSON has it."""
        asked = options["publicKey"]
        client = self._client("webauthn.create", asked["challenge"], **changed)
        rp_id = str(changed.get("rp_id", asked["rp"]["id"]))
        own = self.credential_id
        attested = bytes(16) + struct.pack(">H", len(own)) + own + cbor(self._public())
        data = self._data(rp_id, ATTESTED) + attested
        made = cbor({"fmt": "none", "attStmt": {}, "authData": data})
        return self._answer({"clientDataJSON": text_of(client), "attestationObject": text_of(made)})

    def show(self, options: dict, **changed: object) -> dict:
        """The answer to `navigator.credentials.get`, as JSON has it."""
        asked = options["publicKey"]
        if self.counter is not None:
            self.counter += 1
        client = self._client("webauthn.get", asked["challenge"], **changed)
        data = self._data(str(changed.get("rp_id", asked["rpId"])), 0)
        return self._answer(
            {
                "clientDataJSON": text_of(client),
                "authenticatorData": text_of(data),
                "signature": text_of(self._sign(data + hashlib.sha256(client).digest())),
            }
        )

    def _answer(self, response: dict) -> dict:
        own = text_of(self.credential_id)
        return {
            "id": own,
            "rawId": own,
            "type": "public-key",
            "response": response,
            "clientExtensionResults": {},
        }

    def _client(self, kind: str, challenge: str, /, **changed: object) -> bytes:
        told = {
            "type": changed.get("kind", kind),
            "challenge": changed.get("challenge", challenge),
            "origin": changed.get("origin", self.origin),
            "crossOrigin": self.cross_origin,
        }
        return json.dumps(told).encode()

    def _data(self, rp_id: str, flags: int) -> bytes:
        flags |= USER_PRESENT * self.present | USER_VERIFIED * self.verifies
        digest = hashlib.sha256(rp_id.encode()).digest()
        return digest + struct.pack(">BI", flags, self.counter or 0)

    def _sign(self, data: bytes) -> bytes:
        match self.key:
            case ec.EllipticCurvePrivateKey():
                return self.key.sign(data, ec.ECDSA(SHA256()))
            case ed25519.Ed25519PrivateKey():
                return self.key.sign(data)
        return self.key.sign(data, PKCS1v15(), SHA256())

    def _public(self) -> dict:
        """As COSE has it (RFC 9053)."""
        public = self.key.public_key()
        match public:
            case ec.EllipticCurvePublicKey():
                numbers = public.public_numbers()
                x, y = (each.to_bytes(32, "big") for each in (numbers.x, numbers.y))
                return {1: 2, 3: self.algorithm, -1: 1, -2: x, -3: y}
            case ed25519.Ed25519PublicKey():
                return {1: 1, 3: self.algorithm, -1: 6, -2: public.public_bytes_raw()}
        numbers = public.public_numbers()
        return {1: 3, 3: self.algorithm, -1: _number(numbers.n), -2: _number(numbers.e)}
