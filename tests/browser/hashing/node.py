"""The modules that need no browser, in Node.js."""

from __future__ import annotations

import json
import shutil
import subprocess
from base64 import b64encode
from pathlib import Path
from typing import Any, Self

import pytest
from tests.browser.hashing.page import MODULES

# A line of JSON in, a line of JSON out.
_DRIVER = """
import { createInterface } from "node:readline";
import { Digests } from "./digests.js";
import { looksLikeVideo } from "./kinds.js";
import { momentsOf } from "./moments.js";
import { Pdq } from "./pdq.js";

const bytesOf = (text) => new Uint8Array(Buffer.from(text, "base64"));
const tasks = {
  digests({ bytes, pieces }) {
    const [all, digests] = [bytesOf(bytes), new Digests()];
    let at = 0;
    for (const piece of pieces) digests.update(all.subarray(at, (at += piece)));
    return digests.result();
  },
  repeated({ bytes, times }) {
    const [part, digests] = [bytesOf(bytes), new Digests()];
    for (let time = 0; time < times; time++) digests.update(part);
    return digests.result();
  },
  colours({ bytes, width, height, strips }) {
    const [rgba, pdq] = [bytesOf(bytes), new Pdq(width, height)];
    for (const [first, count] of strips) {
      pdq.addColours(rgba.subarray(first * width * 4, (first + count) * width * 4), first, count);
    }
    return pdq.result();
  },
  luma({ bytes, width, height }) {
    const pdq = new Pdq(width, height);
    pdq.addLuma(bytesOf(bytes));
    return pdq.result();
  },
  isVideo({ bytes }) {
    return looksLikeVideo(new Blob([bytesOf(bytes)]));
  },
  moments({ seconds, frameSeconds, most }) {
    return momentsOf(seconds, frameSeconds, most);
  },
};
for await (const line of createInterface({ input: process.stdin })) {
  const { task, ...given } = JSON.parse(line);
  console.log(JSON.stringify(await tasks[task](given)));
}
"""


class Node:
    """A process that answers; the test is skipped where there is no Node.js."""

    def __init__(self, folder: Path) -> None:
        program = shutil.which("node")
        if program is None:
            pytest.skip("no Node.js: apt-get install --no-install-recommends nodejs")
        for path in MODULES.glob("*.js"):
            shutil.copy(path, folder)
        (folder / "package.json").write_text('{"type": "module"}')
        (folder / "driver.js").write_text(_DRIVER)
        self._process = subprocess.Popen(
            [program, folder / "driver.js"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, task: str, **given: Any) -> Any:
        """The answer to one task; bytes are sent as base64."""
        sent = {n: b64encode(v).decode() if isinstance(v, bytes) else v for n, v in given.items()}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"task": task, **sent}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=60)
