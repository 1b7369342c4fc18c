"""Files of an operator's own: those that come along are right, and wrong ones say where."""

from __future__ import annotations

import os
import subprocess

import pytest
from tests.web.serve import COMMAND

from hedgerow.web import BadFile, HelpOptions
from hedgerow.web.help.door import Door
from hedgerow.web.help.helplines import (
    ADULT,
    OURS,
    UNDER_18,
    countries_of,
    for_country,
    read_helplines,
)
from hedgerow.web.help.limits import LANGUAGES
from hedgerow.web.help.texts import PLACES, read_texts


class TestOurHelplines:
    def test_they_can_be_read(self):
        assert len(read_helplines(OURS)) > 10

    @pytest.mark.parametrize("age", [UNDER_18, ADULT])
    def test_there_is_somebody_in_every_country_for_each_age(self, age):
        found = read_helplines(OURS)
        for country in ["", *(code for code, _ in countries_of(found, "en"))]:
            here, everywhere = for_country(found, country, age)
            assert here or everywhere, country
        assert for_country(found, "", age)[1], "nobody for whoever's country isn't there"

    def test_under_18_is_never_led_to_what_is_for_adults(self):
        found = read_helplines(OURS)
        for country, _ in countries_of(found, "en"):
            here, everywhere = for_country(found, country, UNDER_18)
            assert all(UNDER_18 in one.ages for one in here + everywhere)
            assert "StopNCII.org" not in {one.name for one in here + everywhere}

    def test_those_of_everywhere_speak_every_language(self):
        for one in read_helplines(OURS):
            if "*" in one.countries:
                assert set(one.what) == set(LANGUAGES), one.name

    def test_each_is_reached_safely(self):
        for one in read_helplines(OURS):
            assert one.url.startswith("https://") or (not one.url and one.phone)
            assert not one.phone or (one.dial.lstrip("+").isdigit() and len(one.dial) >= 3)

    def test_countries_have_names_in_every_language(self):
        found = read_helplines(OURS)
        for code in LANGUAGES:
            assert all(name != country for country, name in countries_of(found, code))


GOOD = """
[[helpline]]
name = "Somebody"
url = "https://help.example/"
countries = ["GB"]
what = "Listens."
"""


@pytest.fixture
def file(tmp_path):
    """Writes a file."""

    def write(content):
        path = tmp_path / "own.toml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


class TestHelplinesOfOnesOwn:
    def test_one_is_enough(self, file):
        (one,) = read_helplines(file(GOOD))
        assert one.says("de") == "Listens."
        assert one.ages == ["under_18", "adult"]

    @pytest.mark.parametrize(
        ("wrong", "place"),
        [
            (GOOD.replace("https:", "http:"), "helpline.0.url"),
            (GOOD.replace("https://help.example/", "javascript:alert(1)"), "helpline.0.url"),
            (GOOD.replace('url = "https://help.example/"', ""), "helpline.0: .*a url or a phone"),
            (
                GOOD.replace('url = "https://help.example/"', 'phone = "call me"'),
                "helpline.0.phone",
            ),
            (GOOD.replace('"GB"', '"UK"'), "helpline.0.countries: .*no country UK"),
            (GOOD.replace('"GB"', '"Britain"'), "helpline.0.countries.0"),
            (GOOD.replace('["GB"]', "[]"), "helpline.0.countries"),
            (GOOD + GOOD.replace("Somebody", ""), "helpline.1.name"),
            (GOOD + 'ages = ["child"]', "helpline.0.ages.0"),
            (GOOD + 'open = "always"', "helpline.0.open"),
            (GOOD.replace('"Listens."', '{de = "Hilft."}'), "helpline.0: .*in English"),
            (GOOD.replace('"Listens."', '{en = "Helps.", xx = "?"}'), "helpline.0: .*en, es"),
            ("[[help]]", "helpline"),
            ("", "helpline"),
            ("[[helpline", "not TOML"),
            (b"\xff\xfe", "not TOML in UTF-8"),
        ],
    )
    def test_a_wrong_one_says_where(self, file, wrong, place):
        path = file(wrong)
        with pytest.raises(BadFile, match=place) as told:
            read_helplines(path)
        assert str(told.value).startswith(f"{path}")

    @pytest.mark.parametrize("path", ["/proc/none.toml", "/proc"])
    def test_one_that_cannot_be_read(self, path):
        with pytest.raises(BadFile, match="can't be read"):
            Door(HelpOptions(enabled=True, helplines=path))
        with pytest.raises(BadFile, match="can't be read"):
            Door(HelpOptions(enabled=True, texts=path))


TEXTS = '[en]\nwelcome = "Hello <b>there</b>."\nsafety = "Beware."\n[ar]\nwelcome = "مرحبا"\n'


class TestTextsOfOnesOwn:
    def test_each_language_has_its_own_or_the_first(self, file):
        texts = read_texts(file(TEXTS))
        assert texts.get("ar", "welcome") == "مرحبا"
        assert texts.get("ar", "safety") == "Beware."
        assert texts.get("de", "welcome") == "Hello <b>there</b>."
        assert texts.get("en", "after") == ""

    @pytest.mark.parametrize(
        ("wrong", "place"),
        [
            ('welcome = "Hello."', r"own.toml, welcome: "),
            ('[en]\ngreeting = "Hello."', r"own.toml, en.greeting: .*welcome, about"),
            ("[en]\nwelcome = 1", r"own.toml, en.welcome: "),
            ('[english]\nwelcome = "Hello."', r"own.toml, english: .*en, es"),
            ("[en", "not TOML"),
            (b"\xff", "not TOML in UTF-8"),
        ],
    )
    def test_a_wrong_one_says_where(self, file, wrong, place):
        with pytest.raises(BadFile, match=place):
            read_texts(file(wrong))

    def test_each_is_shown_at_its_place_and_is_no_markup(self, file, make_help, visit):
        lines = "".join(f'{place} = "<i>own {place}</i>"\n' for place in PLACES)
        shown = visit(make_help(texts=str(file(f"[en]\n{lines}"))))
        for path, place in (
            ("", "welcome"),
            ("", "about"),
            ("/how", "about"),
            ("/safety", "safety"),
        ):
            page = shown.get(f"/help/fr{path}").text
            assert f"&lt;i&gt;own {place}&lt;/i&gt;" in page
            assert "<i>own" not in page


class TestTheCommand:
    """`hedgerow serve` says what is wrong before it serves anything."""

    def served(self, home, **settings):
        return subprocess.run(
            [COMMAND, "serve", "--port", "0", "--json", "--home", home],
            env={**os.environ, "HEDGEROW_HELP__ENABLED": "true", **settings},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    @pytest.mark.parametrize("name", ["HELPLINES", "TEXTS"])
    def test_a_wrong_file_ends_it_with_a_message(self, file, tmp_path, name):
        path = file("[xx]\nname = 1")
        ended = self.served(tmp_path / "home", **{f"HEDGEROW_HELP__{name}": str(path)})
        assert ended.returncode == 2
        assert f"{path}, " in " ".join(ended.stderr.split())
        assert "Traceback" not in ended.stderr
        assert ended.stdout == ""  # nor was a key made that nobody has seen

    def test_a_bank_that_would_not_protect_ends_it_too(self, tmp_path):
        home = tmp_path / "home"
        made = [COMMAND, "bank", "create", "own-pictures", "--action", "record", "--home", home]
        subprocess.run(made, capture_output=True, check=True, timeout=120)
        ended = self.served(home)
        assert ended.returncode == 2
        told = " ".join(ended.stderr.split())
        assert "the bank own-pictures can't hold people's own pictures" in told
        assert "Traceback" not in ended.stderr
        assert ended.stdout == ""
