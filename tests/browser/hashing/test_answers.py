"""What the page is told of files that can't be hashed, of stopping, and of the network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser
from tests.browser.hashing.page import HashingPage, hashing_page
from tests.media.videos import film, scenes
from tests.photographs import folder

PHOTOGRAPH = folder() / "astronaut.png"

_STOP = """async () => {
  const file = new File(Array(150).fill(new Uint8Array(2 ** 20)), "large.bin");
  const stop = new AbortController();
  let shares = 0;
  const began = messages.length;
  const outcome = await hasher
    .hash(file, () => { if (++shares === 3) stop.abort(new Error("enough")); }, stop.signal)
    .then(() => "finished", (error) => error.message);
  const after = shares;
  await hasher.hash(new File(["small"], "small.txt")); // by then the worker has had its turn
  const told = messages.slice(began);
  const stopped = told.filter(({ failed }) => failed === "stopped").length;
  return { outcome, more: shares - after, stopped };
}"""


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """Files that can't be hashed as they should be, by the code that tells it."""
    whole = film(scenes(80, (320, 240)), options={"g": "10"})
    # With what tells the places of the frames in front, as on the web, half of a film plays.
    fast = film(scenes(80, (320, 240)), "matroska")
    with Image.open(PHOTOGRAPH) as opened:
        opened.convert("RGB").save(tmp_path / "whole.jpg")
    made = {
        "empty": b"",
        "text": b"nothing to see here, " * 99,
        "broken picture": (tmp_path / "whole.jpg").read_bytes()[:300],
        "broken video": whole[:200],
        "sound": wave(),
        "half a video": fast[: len(fast) // 2],
    }
    for name, data in made.items():
        (tmp_path / name).write_bytes(data)
    return {name: tmp_path / name for name in made}


def wave() -> bytes:
    """A second of silence, as WAV."""
    script = """
import io, sys, wave
stream = io.BytesIO()
with wave.open(stream, "wb") as file:
    file.setnchannels(1), file.setsampwidth(1), file.setframerate(8000)
    file.writeframes(bytes([128]) * 8000)
sys.stdout.buffer.write(stream.getvalue())
"""
    return subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout


def test_what_cannot_be_shown_has_its_digests_alone(
    hashing: HashingPage, files: dict[str, Path]
) -> None:
    for name in ("text", "broken picture", "broken video", "sound"):
        found = hashing.hash(files[name])
        assert (found["kind"], found["code"]) == (None, "not_shown"), name
        assert set(found["signals"]) == {"md5", "sha256"}, name
    assert hashing.hash(files["empty"]) == {"kind": None, "code": "empty", "signals": {}}
    assert hashing.hash(PHOTOGRAPH)["code"] is None  # the page goes on


def test_half_a_video_is_told_as_such(hashing: HashingPage, files: dict[str, Path]) -> None:
    found = hashing.hash(files["half a video"])
    assert found["kind"] == "video"
    assert 0 < len(found["signals"]["frames"]) < 32


def test_a_file_that_changed_after_it_was_chosen(hashing: HashingPage, tmp_path: Path) -> None:
    path = tmp_path / "changing.png"
    path.write_bytes(PHOTOGRAPH.read_bytes())
    os.utime(path, (0, 0))
    hashing.choose([path])
    hashing.page.evaluate("() => (window.chosen = document.querySelector('#files').files[0]).size")
    path.write_bytes(b"another")
    found = hashing.page.evaluate("() => hasher.hash(chosen)")
    assert found == {"kind": None, "code": "unreadable", "signals": {}}


def test_a_file_that_ends_too_early(browser: Browser) -> None:
    """Digests of a part are those of no file that anybody has."""
    script = """
      const whole = Blob.prototype.stream;
      Blob.prototype.stream = function () { return whole.call(this.slice(0, this.size - 1)); };
    """
    with hashing_page(browser, {"worker.js": script}) as page:
        assert page.hash(PHOTOGRAPH) == {"kind": None, "code": "unreadable", "signals": {}}


def test_a_file_that_is_too_large(hashing: HashingPage) -> None:
    found = hashing.page.evaluate("() => hasher.hash({ size: 2 ** 33 })")
    assert found == {"kind": None, "code": "too_large", "signals": {}}


def test_stopping_stops_the_worker_too(hashing: HashingPage) -> None:
    told: dict[str, Any] = hashing.page.evaluate(_STOP)
    assert told["outcome"] == "enough"
    assert told["more"] == 0
    assert told["stopped"] == 1
    assert hashing.hash(PHOTOGRAPH)["code"] is None


def test_files_are_hashed_one_after_the_other_with_progress(hashing: HashingPage) -> None:
    hashing.choose([PHOTOGRAPH, folder() / "coffee.png"])
    shares = hashing.page.evaluate(
        """async () => {
          const told = [];
          const files = [...document.getElementById("files").files];
          const tell = (at) => (share) => told.push([at, share]);
          await Promise.all(files.map((file, at) => hasher.hash(file, tell(at))));
          return told;
        }"""
    )
    assert [at for at, _share in shares] == sorted(at for at, _share in shares)
    for which in (0, 1):
        own = [share for at, share in shares if at == which]
        assert own == sorted(own)
        assert own[-1] == 1


def test_it_goes_on_without_the_network_and_asks_for_nothing(
    hashing: HashingPage, tmp_path: Path
) -> None:
    (tmp_path / "film.mp4").write_bytes(film(scenes(40, (320, 240))))
    hashing.asked.clear()
    hashing.page.context.set_offline(True)
    try:
        kinds = [found["kind"] for found in hashing.hashes([PHOTOGRAPH, tmp_path / "film.mp4"])]
    finally:
        hashing.page.context.set_offline(False)
    assert kinds == ["picture", "video"]
    assert [address for address in hashing.asked if not address.startswith("blob:")] == []


def test_the_policy_admits_the_worker_and_nothing_else(hashing: HashingPage) -> None:
    said = hashing.page.evaluate(
        """() => [
          () => policy.createScriptURL("/page.js"),
          () => policy.createScriptURL(new URL("/hashing/worker.js?", location.href).href),
          () => new Worker("/hashing/worker.js", { type: "module" }),
          () => trustedTypes.createPolicy("another", {}),
        ].map((attempt) => {
          try { attempt(); return "done"; } catch (error) { return error.name; }
        })"""
    )
    assert said == ["TypeError"] * 4
    own = hashing.page.evaluate(
        "() => String(policy.createScriptURL(new URL('/hashing/worker.js', location.href).href))"
    )
    assert own.endswith("/hashing/worker.js")


def test_a_worker_that_dies_is_told(hashing: HashingPage) -> None:
    """As when the memory is not enough: whoever waits hears of it, and so does who asks later."""
    codes = hashing.page.evaluate(
        """async () => {
          const { Hasher } = await import("/hashing/hasher.js");
          const RealWorker = Worker;
          let worker;
          window.Worker = class extends RealWorker {
            constructor(...given) { super(...given); worker = this; }
          };
          const other = new Hasher();
          window.Worker = RealWorker;
          await other.ready;
          const file = new File([new Uint8Array(2 ** 27)], "large.bin");
          const hashing = other.hash(file, () => worker.dispatchEvent(new ErrorEvent("error")));
          const codes = [(await hashing).code, (await other.hash(file)).code];
          other.close();
          return codes;
        }"""
    )
    assert codes == ["failed", "failed"]
