"""Forms: read whole, bounded, and taken only where this browser got them from us."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl, urlsplit

from starlette.requests import Request

from hedgerow.web.bodies import Part, read_body, read_form
from hedgerow.web.html.refusals import Refusal, from_elsewhere
from hedgerow.web.service import Memory

TOKEN = "form_token"  # noqa: S105  # the name of the field, no secret
"""The hidden field that each form carries."""

_PLAIN = "application/x-www-form-urlencoded"
_WITH_FILE = "multipart/form-data"


class Form:
    """What was filled in."""

    def __init__(
        self, fields: Sequence[tuple[str, str]] = (), files: Sequence[tuple[str, bytes]] = ()
    ) -> None:
        self._fields = list(fields)
        self._files = dict(files)

    def text(self, name: str, default: str = "") -> str:
        """A field without space around it, lines ended by one sign."""
        found = self.many(name)
        return found[0].strip().replace("\r\n", "\n") if found else default

    def secret(self, name: str) -> str:
        """A field exactly as it was sent: spaces belong to a password."""
        found = self.many(name)
        return found[0] if found else ""

    def number(self, name: str) -> int | None:
        """A field as a whole number; None where it is empty. Raises Refusal for anything else."""
        text = self.text(name)
        if not text:
            return None
        digits = text.removeprefix("-")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 18):
            raise Refusal(
                422, "A number was expected", f"{name.replace('_', ' ')} takes a whole number."
            )
        return int(text)

    def many(self, name: str) -> list[str]:
        """All values of a field, such as the boxes that were ticked."""
        return [value for key, value in self._fields if key == name]

    def ticked(self, name: str) -> bool:
        """Whether a box was ticked."""
        return bool(self.many(name))

    def file(self, name: str) -> bytes:
        """The bytes of a file; none where none was chosen."""
        return self._files.get(name, b"")

    @property
    def token(self) -> str:
        """What shows where the form is from."""
        return self.text(TOKEN)


def check_origin(request: Request) -> None:
    """See that a page of ours sent this; raises Refusal.

    Browsers say so themselves, in a header that no script can write. Where that is missing, the
    Origin has to be our own. With neither, nobody vouches for it.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        if site != "same-origin":
            raise from_elsewhere()
        return
    origin = urlsplit(request.headers.get("origin", ""))
    if not origin.netloc or origin.netloc != request.headers.get("host"):
        raise from_elsewhere()


async def read(
    request: Request, memory: Memory, *, max_bytes: int, max_fields: int, max_file: int = 0
) -> Form:
    """The form of a request, of so many bytes and fields at most.

    max_file: bytes of a file that comes with it; 0 where it takes none.

    Raises:
        Refusal, Problem: it is none, or larger.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == _WITH_FILE and max_file:
        return _with_file(await read_form(request, memory, max_file))
    if kind != _PLAIN:
        raise Refusal(415, "This is no form", "Forms are sent by the pages that they are on.")
    body = await read_body(request, memory, max_bytes)
    try:
        fields = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=max_fields,
        )
    except ValueError:
        raise Refusal(
            400, "This form can't be read", "Go back, load the page again, and send it once more."
        ) from None
    return Form(fields)


def _with_file(parts: Sequence[Part]) -> Form:
    fields = [(one.name, one.text()) for one in parts if one.filename is None]
    return Form(fields, [(one.name, bytes(one.data)) for one in parts if one.filename is not None])
