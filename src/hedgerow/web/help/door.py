"""What all of these pages share: options, the operator's words, helplines, the turnstile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from hedgerow.web.help.catalogues import language
from hedgerow.web.help.helplines import OURS, read_helplines
from hedgerow.web.help.limits import Options
from hedgerow.web.help.refusals import busy
from hedgerow.web.help.rendering import Templates
from hedgerow.web.help.texts import Texts, read_texts
from hedgerow.web.service import Service

Result = TypeVar("Result")


def check_files(options: Options) -> None:
    """See that these pages could be served, where they are switched on. Raises BadFile."""
    if options.enabled:
        Door(options)


class Door:
    """Read once, when the service starts. Raises BadFile where an operator's file is wrong."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.templates = Templates()
        self.helplines = read_helplines(Path(options.helplines) if options.helplines else OURS)
        self.texts = read_texts(Path(options.texts)) if options.texts else Texts({})
        for code in options.languages:
            language(code)  # a catalogue that can't be read is found out now
        self._places = asyncio.Semaphore(options.codes_at_once)
        self._inside = 0

    async def checking_code(self, service: Service, call: Callable[[], Result]) -> Result:
        """What `call` returns, which checks a code: slow on purpose, so few at a time.

        Raises Refusal where too many wait.
        """
        if self._inside >= self.options.codes_at_once + self.options.codes_waiting:
            raise busy()
        self._inside += 1
        try:
            async with self._places:
                return await service.calls.write(call)
        finally:
            self._inside -= 1
