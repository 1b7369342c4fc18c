"""Every switch, text and limit of the survivors' pages, by name."""

from __future__ import annotations

import re
from dataclasses import dataclass

LANGUAGES = ("en", "es", "fr", "de", "ar", "hi")
"""Those that there are catalogues for."""

_WEB = re.compile(r"https?://[^\s/]+(/\S*)?")


@dataclass(frozen=True)
class Options:
    """How the survivors' pages are offered, and what they take.

    enabled: whether they are there at all; read docs/help.md first.
    pictures: whether somebody can protect their own pictures.
    notices: whether somebody can ask for a removal.
    organisation: who runs this, as visitors know them.
    contact: how to reach a person there without these pages, such as an e-mail address.
    legal_basis: why hashes and notices may be kept, in words for visitors.
    exit_url: the harmless page that the exit button leads to.
    languages: offered, of en, es, fr, de, ar and hi; the first is for who reads none of them.
    helplines: a file of helplines by country (TOML), instead of those that come along.
    texts: a file of words of your own (TOML), shown beside ours.
    proxies: how many proxies of yours a visitor comes through, each adding to X-Forwarded-For.
    max_form_bytes: of a form.
    max_hashes_bytes: of what a browser sends of pictures and videos.
    codes_at_once: codes that are checked at the same time; each takes a core and some memory.
    codes_waiting: that wait for it; more are told to come again.
    """

    enabled: bool = False
    pictures: bool = True
    notices: bool = True
    organisation: str = ""
    contact: str = ""
    legal_basis: str = ""
    exit_url: str = "https://www.wikipedia.org/"
    languages: tuple[str, ...] = LANGUAGES
    helplines: str = ""
    texts: str = ""
    proxies: int = 0
    max_form_bytes: int = 1_048_576
    max_hashes_bytes: int = 4_194_304
    codes_at_once: int = 1
    codes_waiting: int = 64

    def __post_init__(self) -> None:
        unknown = [each for each in self.languages if each not in LANGUAGES]
        if unknown or not self.languages or len(set(self.languages)) < len(self.languages):
            raise ValueError(f"languages must be some of {', '.join(LANGUAGES)}, each once")
        if not _WEB.fullmatch(self.exit_url):
            raise ValueError(f"exit_url must be an address of the web, not {self.exit_url!r}")
        for name in ("max_form_bytes", "max_hashes_bytes", "codes_at_once", "codes_waiting"):
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be above 0, not {getattr(self, name)!r}")
        if self.proxies < 0:
            raise ValueError(f"proxies must be 0 or more, not {self.proxies!r}")
