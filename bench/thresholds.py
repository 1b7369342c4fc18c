"""What a threshold finds and what it mistakes: `python -m bench.thresholds [--write]`.

Edits each photograph in several ways, and counts at each threshold the edits that PDQ (with its
sixteen variants) still finds, and the pairs of different photographs that it takes for the same.
With --write the table goes into docs/thresholds.md.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from bench.pictures import photographs
from bench.report import ROOT, put_between
from hedgerow.index import codes_from_hex
from hedgerow.signals.pdq import MINIMUM_QUALITY, pdq_variants

THRESHOLDS = (0, 8, 16, 24, 31, 40, 48)
MOST = 300
BEGIN, END = "<!-- measured: made by `python -m bench.thresholds --write` -->", "<!-- end -->"

Edit = Callable[[Image.Image], Image.Image]


def saved(quality: int) -> Edit:
    def edit(picture: Image.Image) -> Image.Image:
        data = io.BytesIO()
        picture.save(data, "JPEG", quality=quality)
        return Image.open(data)

    return edit


def cropped(share: float) -> Edit:
    def edit(picture: Image.Image) -> Image.Image:
        left, top = round(picture.width * share / 2), round(picture.height * share / 2)
        return picture.crop((left, top, picture.width - left, picture.height - top))

    return edit


def noisy(picture: Image.Image) -> Image.Image:
    noise = np.random.default_rng(0).normal(0, 20, (picture.height, picture.width, 3))
    return Image.fromarray(np.clip(np.asarray(picture) + noise, 0, 255).astype(np.uint8))


EDITS: dict[str, Edit] = {
    "JPEG quality 20": saved(20),
    "JPEG quality 5": saved(5),
    "a quarter of the size": lambda p: p.resize((p.width // 4, p.height // 4)),
    "blurred (radius 3)": lambda p: p.filter(ImageFilter.GaussianBlur(3)),
    "brighter by half": lambda p: ImageEnhance.Brightness(p).enhance(1.5),
    "greyscale": ImageOps.grayscale,
    "noise (sigma 20)": noisy,
    "mirrored": ImageOps.mirror,
    "turned by 90°": lambda p: p.transpose(Image.Transpose.ROTATE_90),
    "negative": ImageOps.invert,
    "turned by 2°": lambda p: p.rotate(2, Image.Resampling.BICUBIC),
    "cropped by 5 %": cropped(0.05),
    "cropped by 10 %": cropped(0.1),
    "framed (10 % on each side)": lambda p: ImageOps.expand(p, p.width // 10, "white"),
}


def variants_of(picture: Image.Image) -> np.ndarray:
    pixels = np.asarray(picture.convert("L" if picture.mode == "L" else "RGB"))
    return codes_from_hex(list(pdq_variants(pixels)[0].values()))


def nearest(codes: np.ndarray, variants: np.ndarray) -> np.ndarray:
    """For each code its distance to the nearest of the variants."""
    apart = np.bitwise_count(codes[:, np.newaxis] ^ variants[np.newaxis]).sum(axis=2)
    least: np.ndarray = apart.min(axis=1)
    return least


def originals() -> list[Image.Image]:
    pictures = []
    for path in photographs():
        with Image.open(path) as opened:
            picture = opened.convert("RGB")
        if pdq_variants(np.asarray(picture))[1] >= MINIMUM_QUALITY:
            pictures.append(picture)
        if len(pictures) == MOST:
            break
    return pictures


def table() -> str:
    pictures = originals()
    banked = np.concatenate([variants_of(picture)[:1] for picture in pictures])
    lines = [
        "| edit | " + " | ".join(f"≤ {bits}" for bits in THRESHOLDS) + " |",
        "| --- |" + " ---: |" * len(THRESHOLDS),
    ]
    for name, edit in EDITS.items():
        found = np.array(
            [
                nearest(banked[row : row + 1], variants_of(edit(picture)))[0]
                for row, picture in enumerate(pictures)
            ]
        )
        shares = [f"{100 * (found <= bits).mean():.0f} %" for bits in THRESHOLDS]
        lines.append(f"| {name} | " + " | ".join(shares) + " |")
    impostors = np.concatenate(
        [
            np.delete(nearest(banked, variants_of(picture)), row)
            for row, picture in enumerate(pictures)
        ]
    )
    wrong = [f"{int((impostors <= bits).sum())}" for bits in THRESHOLDS]
    lines.append("| **other photographs taken for it** | " + " | ".join(wrong) + " |")
    lines.append(
        f"\n{len(pictures)} photographs of quality {MINIMUM_QUALITY} or more, each looked up in "
        f"its sixteen variants; {len(impostors):,} pairs of different photographs, the nearest "
        f"{impostors.min()} bits apart."
    )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.thresholds", description=__doc__)
    parser.add_argument("--write", action="store_true", help="put it into docs/thresholds.md")
    arguments = parser.parse_args()
    found = table()
    print(found)
    if arguments.write:
        put_between(ROOT / "docs" / "thresholds.md", BEGIN, END, found)


if __name__ == "__main__":
    main()
