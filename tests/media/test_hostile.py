import os
from collections import Counter
from pathlib import Path

import psutil
import pytest
from tests.media import hostile

from hedgerow.media import Limits, RefusalCode, Refused, Task, Workers, sniff

LOW = Limits(max_seconds=5, max_pixels=20_000_000, max_memory=512 * 2**20, max_bytes=5_000_000)
MIB = 2**20


def test_the_seeds_are_sound():
    with Workers(Task("tests.media.tasks:look"), LOW) as workers:
        outcomes = list(workers.run(hostile.seeds()))
    assert {o.value["format"] for o in outcomes if o.value} == {
        *("jpeg", "png", "gif", "webp", "tiff", "bmp", "heif", "avif", "jxl")
    }
    assert [o.refusal for o in outcomes if o.refusal] == []
    assert not any(o.value["truncated"] for o in outcomes)


def test_the_generator_is_seeded():
    assert list(hostile.hostile(60, seed=1)) == list(hostile.hostile(60, seed=1))
    assert list(hostile.hostile(60, seed=1)) != list(hostile.hostile(60, seed=2))


@pytest.mark.slow
def test_every_hostile_file_is_answered(tmp_path):
    count = int(os.environ.get("HEDGEROW_HOSTILE_FILES", "2000"))
    ourselves = psutil.Process()
    told, longest, largest = Counter(), 0.0, 0
    with Workers(Task("tests.media.tasks:look"), LOW) as workers:
        assert workers.submit(hostile.seeds()[0]).result().value
        before = ourselves.memory_info().rss
        for number, outcome in enumerate(workers.run(_sources(count, tmp_path))):
            assert (outcome.value is None) != (outcome.refusal is None)
            if outcome.refusal is None:
                told["value"] += 1
            else:
                assert type(outcome.refusal) is Refused
                told[outcome.refusal.code] += 1
            longest = max(longest, outcome.seconds)
            if number % 100 == 0:
                largest = max(largest, ourselves.memory_info().rss)
        assert workers.submit(hostile.seeds()[0]).result().value
    assert told.total() == count
    assert longest < LOW.max_seconds + LOW.grace_seconds + 1
    assert largest - before < 200 * MIB
    # The generator is of use only if it reaches the decoders: some files are shown, some are not.
    assert told["value"] > count / 10
    assert told[RefusalCode.CORRUPT] > count / 20
    assert told[RefusalCode.UNSUPPORTED_FORMAT] > 0
    assert told[RefusalCode.TOO_MANY_PIXELS] > 0
    assert told[RefusalCode.TASK_FAILED] == 0


def _sources(count: int, folder: Path):
    """Every other file by its path, with an extension that lies."""
    for number, data in enumerate(hostile.hostile(count, seed=20)):
        if number % 2:
            yield data
        else:
            path = folder / f"{number % 100}.{('jpg', 'png', 'heic')[number % 3]}"
            path = folder / f"{number}{path.suffix}"
            path.write_bytes(data)
            yield path


@pytest.mark.parametrize(
    "data",
    [
        hostile.png_bomb(30_000, 30_000),
        hostile.jpeg_of_size(65_500, 65_500),
        hostile.gif_of_size(65_535, 65_535),
        hostile.gif_of_size(10, 10, (65_535, 65_535)),
        hostile.tiff_of_size(2**31 - 1, 2**31 - 1),
        hostile.tiff_of_size(60_000, 60_000, compression="tiff_lzw"),
        hostile.webp_of_size(16_384, 16_384),
        hostile.jxl_of_size(2**30, 2**30),
    ],
    ids=lambda data: f"{sniff(data)}-{len(data)}",
)
def test_a_bomb_is_known_by_its_header(data):
    with Workers(Task("tests.media.tasks:look"), LOW) as workers:
        # Decoded, each would take more memory than there is, and be refused for that.
        assert workers.submit(data).result().refusal.code is RefusalCode.TOO_MANY_PIXELS
