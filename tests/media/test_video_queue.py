"""Nothing waits behind a video where another worker is free."""

import time

import pytest
from tests.media import videos

from hedgerow.media import Limits, RefusalCode, Task, Workers

PICTURES = 40


@pytest.fixture(scope="module")
def film():
    return videos.film(videos.scenes(4), options={"preset": "ultrafast"})


def task(tmp_path):
    return Task("tests.media.tasks:waits_with_videos", {"until": str(tmp_path / "go on")})


@pytest.mark.parametrize("number", range(3))
def test_pictures_pass_by(film, tmp_path, number):
    with Workers(task(tmp_path), Limits(max_video_seconds=60), 2) as workers:
        # A worker that is quick is given several files ahead: these are those that could be stuck.
        assert all(one.value for one in workers.run([b"a picture"] * 200))
        video = workers.submit(film)
        pictures = [workers.submit(b"a picture") for _ in range(PICTURES)]
        assert all(one.result(timeout=30).value == {"video": False} for one in pictures)
        assert not video.done()
        (tmp_path / "go on").touch()
        assert video.result(timeout=30).value == {"video": True}
        assert all(one.value for one in workers.run([b"a picture", film] * 10))


def test_one_worker_does_one_after_the_other(film, tmp_path):
    with Workers(task(tmp_path), Limits(max_video_seconds=60), 1) as workers:
        futures = [workers.submit(data) for data in [b"a", film, b"b", film, b"c"]]
        time.sleep(0.2)
        assert not futures[2].done()
        (tmp_path / "go on").touch()
        said = [one.result(timeout=30).value["video"] for one in futures]
        assert said == [False, True, False, True, False]


def test_a_video_that_takes_too_long_is_alone_with_that(film, tmp_path):
    with Workers(task(tmp_path), Limits(max_video_seconds=1), 1) as workers:
        futures = [workers.submit(data) for data in [film, b"a", b"b", film, b"c"]]
        outcomes = [one.result(timeout=60) for one in futures]
        codes = [one.refusal and one.refusal.code for one in outcomes]
        assert codes == [RefusalCode.TIMEOUT, None, None, RefusalCode.TIMEOUT, None]
        assert "max_video_seconds" in outcomes[0].refusal.message
