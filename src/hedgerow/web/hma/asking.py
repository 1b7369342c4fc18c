"""What a client asks: its parameters, its body, the file that it sends or points to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from hedgerow.web.bodies import Part, max_file_bytes, read_body, read_form
from hedgerow.web.changing import change
from hedgerow.web.hma.refusals import Mistakes, Refusal, quoted
from hedgerow.web.hma.state import State
from hedgerow.web.service import Memory, Service

Model = TypeVar("Model", bound=BaseModel)
Result = TypeVar("Result")

PHOTO = "photo"
VIDEO = "video"


@dataclass(frozen=True)
class Ask:
    """One request, and what answers it."""

    request: Request
    service: Service
    state: State
    memory: Memory

    @property
    def query(self) -> Mapping[str, str]:
        """The parameters of the URL."""
        return self.request.query_params

    def path(self, name: str) -> str:
        """A part of the path."""
        found: str = self.request.path_params[name]
        return found

    def parameters(self, model: type[Model]) -> Model:
        """The parameters of the URL as `model`; raises Mistakes."""
        return _checked(lambda: model.model_validate(dict(self.query)))

    async def json(self, model: type[Model]) -> Model:
        """The body as `model`; raises Mistakes, and Refusal where it isn't JSON."""
        body = await self.body()
        return _checked(lambda: model.model_validate_json(body))

    async def body(self) -> bytes:
        """The body, which is small; raises Problem where it isn't."""
        return await read_body(self.request, self.memory, self.service.limits.max_json_bytes)

    async def form(self) -> list[Part]:
        """The fields of the form; raises Refusal where the body is none."""
        if not self.is_form():
            raise Refusal(400, "Missing multipart/form-data file upload")
        return await read_form(self.request, self.memory, max_file_bytes(self.request))

    def is_form(self) -> bool:
        """Whether the body is a form."""
        kind = self.request.headers.get("content-type", "")
        return kind.lower().startswith("multipart/form-data")

    async def fetched(self, url: str) -> bytes:
        """The file at a URL; raises FetchRefused, and Problem where too many are being fetched."""
        if kind := self.query.get("content_type"):
            check_kind(kind)
        return await self.service.fetch(url, self.memory)

    async def read(self, call: Callable[[], Result]) -> Result:
        """What a call returns that waits for the database."""
        return await self.service.calls.read(call)

    async def change(self, call: Callable[[], Result]) -> Result:
        """What a call returns that changes something; lookups know of it from then on."""

        try:
            return await change(self.service, call)
        finally:
            self.state.changed()


def file_of(parts: list[Part]) -> bytes:
    """The one file of a form, whose field is named for its kind; raises Refusal."""
    files = [part for part in parts if part.filename is not None]
    if not files:
        raise Refusal(400, "Missing multipart/form-data file upload")
    if len(files) > 1:
        raise Refusal(400, "Only one file allowed per request")
    check_kind(files[0].name)
    return bytes(files[0].data)


def check_kind(name: str) -> None:
    """See that files of this content type are taken; raises Refusal."""
    if name == VIDEO:
        raise Refusal(400, "content_type video is disabled: this version hashes photos only")
    if name != PHOTO:
        msg = f"no such content_type: {quoted(name)}; it names the field of the file: photo"
        raise Refusal(400, msg)


def _checked(make: Callable[[], Model]) -> Model:
    try:
        return make()
    except ValidationError as problem:
        errors: list[Any] = problem.errors(
            include_url=False, include_input=False, include_context=False
        )
        if errors[0]["type"] == "json_invalid":
            raise Refusal(400, f"the body is not JSON: {errors[0]['msg']}") from None
        raise Mistakes(errors) from None
