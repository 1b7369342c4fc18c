"""Hashing in a browser, beside the server's own: `python -m bench.browser_hashing`.

In headless Chromium, as on the survivors' pages: a photograph of twelve megapixels (photographs
of the test data as tiles, scaled up) and ten seconds of a camera that pans over it in 720p, with a
keyframe a second as telephones make them and with few as on the web; each next to what the server
takes for the same file in the same run. "Longest block" is for how long the page itself could not
react; the work is done elsewhere. Then how far the browser's hashes are from the server's, on all
pictures of the test data.
"""

from __future__ import annotations

import io
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import av
import numpy as np
from PIL import Image
from tests.browser.chromium import chromium
from tests.browser.hashing.page import HashingPage, bits_apart, hashing_page

from bench.pictures import photographs, pictures
from hedgerow.media import File, Limits
from hedgerow.signals import hash_file

TIMES = 5
TILES, TILE = (4, 3), (1000, 1000)
FILM, FILM_SECONDS, RATE = (1280, 720), 10, 30
GOALS = {"photograph.jpg": 2.0, "telephone.mp4": 15.0, "web.mp4": 15.0}
FRAMES_TO_A_KEYFRAME = {"telephone.mp4": RATE, "web.mp4": 250}
DIGESTS_MIB = 256

_HASH = """async () => {
  let [longest, last, isOver] = [0, performance.now(), false];
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    const now = performance.now();
    [longest, last] = [Math.max(longest, now - last), now];
    if (!isOver) port2.postMessage(null);
  };
  port2.postMessage(null);
  const began = performance.now();
  const result = await hasher.hash(document.getElementById("files").files[0]);
  const took = performance.now() - began;
  isOver = true;
  return { result, took: took / 1000, longest };
}"""

_DIGESTS = """async (mebibytes) => {
  const part = new Uint8Array(2 ** 20).map((_, at) => at * 7);
  const rates = {};
  for (const [file, name] of [["md5.js", "Md5"], ["sha256.js", "Sha256"]]) {
    const digest = new (await import("/hashing/" + file))[name]();
    const began = performance.now();
    for (let time = 0; time < mebibytes; time++) digest.update(part);
    rates[name] = (mebibytes * part.length) / 1000 / (performance.now() - began);
  }
  return rates;
}"""


def photograph(paths: Sequence[Path]) -> Image.Image:
    """Twelve megapixels of photographs, side by side."""
    columns, rows = TILES
    whole = Image.new("RGB", (columns * TILE[0], rows * TILE[1]))
    for at, path in zip(range(columns * rows), paths, strict=False):
        with Image.open(path) as opened:
            tile = opened.convert("RGB").resize(TILE, Image.Resampling.BICUBIC)
        whole.paste(tile, (at % columns * TILE[0], at // columns * TILE[1]))
    return whole


def film(picture: Image.Image, frames_to_a_keyframe: int) -> bytes:
    """A camera that pans over it, from one corner to the other."""
    stream, pixels = io.BytesIO(), np.asarray(picture)
    width, height = FILM
    with av.open(stream, "w", format="mp4") as container:
        video = container.add_stream("libx264", rate=RATE)
        video.width, video.height, video.pix_fmt = width, height, "yuv420p"
        video.options = {"preset": "veryfast", "g": str(frames_to_a_keyframe)}
        for x, y in np.linspace(
            (0, 0), (picture.width - width, picture.height - height), FILM_SECONDS * RATE
        ).astype(int):
            part = np.ascontiguousarray(pixels[y : y + height, x : x + width])
            container.mux(video.encode(av.VideoFrame.from_ndarray(part, format="rgb24")))
        container.mux(video.encode())
    return stream.getvalue()


def by_server(data: bytes, name: str) -> float:
    """Seconds that the server takes for the same signals."""
    types = ["md5", "sha256", "vpdq" if name.endswith(".mp4") else "pdq"]
    began = time.perf_counter()
    hash_file(File(data, Limits()), {"types": types})
    return time.perf_counter() - began


def speed(page: HashingPage, path: Path, tell: Callable[[str], None]) -> None:
    """One line: the browser, the server, their ratio, and the longest block. They take turns."""
    page.choose([path])
    found: list[dict[str, Any]] = []
    server = []
    for _ in range(TIMES):
        found.append(page.page.evaluate(_HASH))
        server.append(by_server(path.read_bytes(), path.name))
    assert all(each["result"]["code"] is None for each in found), found[0]
    took, beside = median(each["took"] for each in found), median(server)
    goal = GOALS[path.name]
    tell(
        f"  {path.name:16}{path.stat().st_size / 1e6:6.1f} MB {took:8.2f} s (slowest "
        f"{max(each['took'] for each in found):.2f}; goal {goal:.0f}: "
        f"{'met' if took < goal else 'NOT MET'})   server {beside:.2f} s, ratio "
        f"{took / beside:.1f}   longest block {max(each['longest'] for each in found):.0f} ms"
    )


def nearness(page: HashingPage, tell: Callable[[str], None]) -> None:
    """How far the hashes are from the server's."""
    paths = pictures()
    distances: Counter[int] = Counter()
    qualities: Counter[int] = Counter()
    unseen = 0
    for path, found in zip(paths, page.hashes(paths), strict=True):
        own = hash_file(File(path.read_bytes(), Limits()), {"types": ["pdq"]})["signals"]
        if "pdq" not in found["signals"] or "pdq" not in own:
            unseen += 1
            continue
        had = found["signals"]["pdq"]
        distances[bits_apart(had["value"], own["pdq"]["value"])] += 1
        qualities[had["quality"] - own["pdq"]["quality"]] += 1
    tell(f"  {len(paths)} pictures, {unseen} of them not shown by the browser")
    tell(f"  bits apart: pictures   {dict(sorted(distances.items()))}")
    tell(f"  quality apart: pictures   {dict(sorted(qualities.items()))}")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        whole = photograph(photographs())
        whole.save(Path(folder) / "photograph.jpg", quality=90)
        for name, frames in FRAMES_TO_A_KEYFRAME.items():
            (Path(folder) / name).write_bytes(film(whole, frames))
        with hashing_page(browser) as page:
            for name in GOALS:
                speed(page, Path(folder) / name, print)
            for name, rate in page.page.evaluate(_DIGESTS, DIGESTS_MIB).items():
                print(f"  {name:16}{rate:8.0f} MB/s")
            nearness(page, print)


if __name__ == "__main__":
    main()
