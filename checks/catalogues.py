"""The survivors' pages say every sentence in every language, with the same values in it.

`python -m checks.catalogues` (`make words`) brings the catalogues up to date with the pages: new
sentences come in empty, and what no page says any more goes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from checks.project import Project, Report
from hedgerow.web.help.catalogues import FOLDER, SOURCE, STATUS, read_catalogue, status_of
from hedgerow.web.help.limits import LANGUAGES

_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
_OPTIONS = {"templates/**.html": {"trimmed": "true", "silent": "false"}}
_KEYWORDS = {"_": None, "ngettext": (1, 2), "marked": None}
_VALUE = re.compile(r"%\(\w+\)s|%%|\{\w+\}")
_STATUSES = ("draft", "checked")
_PACKAGE = "src/hedgerow/web/help"


def check(project: Project) -> Report:
    """Compare each catalogue with what the pages say."""
    for code in LANGUAGES:
        if code != SOURCE:
            project.read(f"{_PACKAGE}/locale/{code}/LC_MESSAGES/messages.po")
    said = template()
    report = Report(f"{len(said)} sentences are in {len(LANGUAGES) - 1} catalogues")
    for code in LANGUAGES:
        if code != SOURCE:
            report.problems += (f"{code}: {problem}" for problem in _problems(code, said))
    return report


def template() -> Catalog:
    """Every sentence of the pages, in their order, without translations."""
    made = Catalog()
    found = extract_from_dir(
        FOLDER.parent, _METHODS, options_map=_OPTIONS, keywords=_KEYWORDS, strip_comment_tags=True
    )
    for name, _line, message, _comments, _context in found:
        made.add(message, locations=[(name, 0)])
    return made


def _problems(code: str, said: Catalog) -> Iterator[str]:
    catalogue = read_catalogue(code)
    if status_of(catalogue) not in _STATUSES:
        yield f"its first line is a comment, {STATUS}: one of {', '.join(_STATUSES)}"
    for message in said:
        if message.id:
            yield from _problem(catalogue.get(message.id), message)
    for message in catalogue:
        if message.id and said.get(message.id) is None:
            yield f"no page says {_text(message)[:60]!r} any more: make words"


def _problem(translated: Message | None, message: Message) -> Iterator[str]:
    text = _text(message)[:60]
    if translated is None:
        yield f"{text!r} is missing: make words, and translate it"
        return
    words = _words(translated)
    if translated.fuzzy or not all(words):
        yield f"{text!r} is not translated"
        return
    wanted = set(_VALUE.findall(_text(message)))
    for each in words:
        # A single thing may be told without its number.
        lacking = wanted - set(_VALUE.findall(each)) - ({"%(num)s"} if len(words) > 1 else set())
        if lacking or set(_VALUE.findall(each)) - wanted:
            yield f"{text!r} has other values in its translation"


def _words(message: Message) -> tuple[str, ...]:
    """What a message says in the language; several forms of a plural."""
    given = message.string
    return tuple(map(str, given)) if isinstance(given, list | tuple) else (str(given or ""),)


def _text(message: Message) -> str:
    return str(message.id[-1] if isinstance(message.id, list | tuple) else message.id)


def update() -> None:
    """Write every catalogue anew."""
    said = template()
    for code in LANGUAGES:
        if code == SOURCE:
            continue
        path = FOLDER / code / "LC_MESSAGES" / "messages.po"
        catalogue = read_catalogue(code) if path.exists() else Catalog(locale=code)
        status = status_of(catalogue) or _STATUSES[0]
        catalogue.update(said, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.write(_header(code, catalogue.plural_forms, status).encode())
            write_po(file, catalogue, width=100, omit_header=True)
        left = sum(not all(_words(each)) for each in catalogue if each.id)
        print(f"{code}: {len(catalogue)} sentences, {left} to translate")


def _header(code: str, plurals: str, status: str) -> str:
    lines = (
        f"Language: {code}",
        "Content-Type: text/plain; charset=utf-8",
        "Content-Transfer-Encoding: 8bit",
        f"Plural-Forms: {plurals}",
    )
    text = "\n".join(f'"{line}\\n"' for line in lines)
    return f'# {STATUS}: {status}\nmsgid ""\nmsgstr ""\n{text}\n\n'


if __name__ == "__main__":
    update()
