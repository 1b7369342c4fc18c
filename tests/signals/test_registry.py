"""Other people's signal types, by entry point, as an installer would put them there."""

import textwrap

import pytest

from hedgerow.media import File, Limits
from hedgerow.signals import BrokenSignalType, hash_file, parse, registry, signal_type
from hedgerow.signals.registry import GROUP

GOOD = """
    import zlib
    from hedgerow.signals import Comparison, Computed

    class Crc:
        name = "crc32"
        comparison = Comparison.EQUAL
        needs_picture = False
        max_distance = 0
        default_threshold = 0
        minimum_quality = 0

        def parse(self, text):
            return text.strip().lower()

        def compute(self, file):
            return Computed(f"{zlib.crc32(file.data):08x}")

    CRC = Crc()
"""


@pytest.fixture
def install(tmp_path, monkeypatch):
    """Put a package with a module `made_up` and its entry points where Python looks."""
    installed = 0

    def put(source, target="made_up:CRC", name="crc32"):
        nonlocal installed
        installed += 1
        folder = tmp_path / str(installed)
        information = folder / f"made_up_{installed}-1.0.dist-info"
        information.mkdir(parents=True)
        (information / "METADATA").write_text(
            f"Metadata-Version: 2.1\nName: made-up-{installed}\nVersion: 1.0\n"
        )
        (information / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {target}\n")
        module = target.partition(":")[0]
        (folder / f"{module}.py").write_text(textwrap.dedent(source))
        monkeypatch.syspath_prepend(folder)
        monkeypatch.delitem(__import__("sys").modules, module, raising=False)
        registry.cache_clear()

    yield put
    monkeypatch.undo()
    registry.cache_clear()


def test_a_type_of_another_package(install):
    install(GOOD)
    assert set(registry()) == {"pdq", "md5", "sha1", "sha256", "local", "vpdq", "crc32"}
    assert signal_type("crc32").name == "crc32"
    assert parse("crc32", " CBF43926") == "cbf43926"
    answer = hash_file(File(b"123456789", Limits()), {"types": ["crc32"]})
    assert answer["signals"] == {"crc32": {"value": "cbf43926"}}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("import zlib", "import nonesuch_zlib"), "nonesuch_zlib"),
        (("import zlib", "raise RuntimeError('on import')"), "on import"),
        (("import zlib", "1 +"), "invalid syntax"),
        (("CRC = Crc()", "OTHER = Crc()"), "has no attribute 'CRC'"),
        (("CRC = Crc()", "CRC = Crc"), "is a class"),
        (("CRC = Crc()", "CRC = None"), "lacks"),
        (("def compute", "def reckon"), "lacks"),
        (("max_distance = 0", "furthest = 0"), "lacks"),
        (('name = "crc32"', 'name = "crc"'), "named 'crc'"),
        (("Comparison.EQUAL", '"equal"'), "comparison"),
        (("max_distance = 0", "max_distance = 5"), "max_distance"),
        (("Comparison.EQUAL", "Comparison.HAMMING\n    max_distance = 257 #"), "lacks"),
        (("default_threshold = 0", "default_threshold = -1"), "default_threshold"),
        (("default_threshold = 0", "default_threshold = 1"), "default_threshold"),
        (('name = "crc32"', "name = property(lambda self: 1 / 0)"), "division by zero"),
    ],
)
def test_a_broken_one_is_named_with_its_package(install, change, reason):
    assert change[0] in GOOD
    source = GOOD.replace(*change)
    if "HAMMING" in change[1]:
        source = GOOD.replace("Comparison.EQUAL", "Comparison.HAMMING").replace(
            "max_distance = 0", "max_distance = 257"
        )
        reason = "max_distance"
    install(source)
    for ask in (registry, lambda: signal_type("pdq"), lambda: parse("pdq", "0" * 64)):
        with pytest.raises(BrokenSignalType, match="made-up-1") as broken:
            ask()
        assert reason in str(broken.value)
        assert "Repair or uninstall" in str(broken.value)


def test_two_packages_with_one_name(install):
    install(GOOD, "made_up:CRC")
    install(GOOD.replace("Crc:", "Other:").replace("= Crc()", "= Other()"), "made_up_too:CRC")
    with pytest.raises(BrokenSignalType, match="two installed packages"):
        registry()


def test_another_package_may_not_take_our_place(install):
    install(GOOD.replace('"crc32"', '"pdq"'), name="pdq")
    with pytest.raises(BrokenSignalType, match="'pdq'"):
        registry()


def test_it_is_gone_with_its_package(install):
    assert "crc32" not in registry()
