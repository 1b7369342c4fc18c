// The worker: files to digests and PDQ, one task at a time or several side by side.
//
// In:  {id, task: "file", file, picture}   digests; and, where `picture`, the PDQ
//      {id, task: "frame", frame}          a VideoFrame or ImageBitmap, which is transferred
//      {id, task: "stop"}                  give up the task of that id
// Out: {ready: true}                       once, when everything is loaded
//      {id, progress}                      bytes read, as a share of all; now and then
//      {id, result}                        of a file {digests, pdq, code}, of a frame {value, quality}
//      {id, failed}                        a code: "unreadable", "altered", "not_shown"

import { Digests } from "./digests.js";
import { AlteredColours, bitmapOf, pdqOfBitmap, pdqOfFrame } from "./drawing.js";
import { BT601, BT709 } from "./pdq.js";

const HIGH_DEFINITION = 720; // lines from which on browsers take a video's colours for BT.709
const TURN_MILLISECONDS = 40; // after which others have their turn
const stopped = new Set();

const tasks = { file: hashFile, frame: hashFrame };

self.addEventListener("message", async ({ data }) => {
  if (data.task === "stop") {
    stopped.add(data.id);
    return;
  }
  try {
    self.postMessage({ id: data.id, result: await tasks[data.task](data) });
  } catch (error) {
    self.postMessage({ id: data.id, failed: error instanceof Failed ? error.code : "not_shown" });
  } finally {
    stopped.delete(data.id);
  }
});

class Failed extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

// The browser decodes in another thread while the bytes are digested here.
async function hashFile({ id, file, picture }) {
  const decoding = picture ? bitmapOf(file).catch(() => null) : null;
  const digests = await digestsOf(id, file);
  const bitmap = await decoding;
  if (!bitmap) return { digests, pdq: null, code: "not_shown" };
  try {
    return { digests, pdq: await pdqOfBitmap(bitmap), code: null };
  } catch (error) {
    return { digests, pdq: null, code: codeOf(error) };
  }
}

async function digestsOf(id, file) {
  const digests = new Digests();
  const reader = file.stream().getReader();
  let read = 0;
  let told = performance.now();
  for (;;) {
    const { done, value } = await reader.read().catch(() => {
      throw new Failed("unreadable");
    });
    if (done) break;
    digests.update(value);
    read += value.length;
    if (performance.now() - told < TURN_MILLISECONDS) continue;
    self.postMessage({ id, progress: read / file.size });
    // Reading alone lets no message in: neither frames of a video, nor that it is enough.
    await new Promise((resolve) => setTimeout(resolve));
    told = performance.now();
    if (stopped.has(id)) {
      reader.cancel().catch(() => {}); // not waited for: a browser may never come back from it
      throw new Failed("stopped");
    }
  }
  // A file that changed in between: what was read is no file that anybody has.
  if (read !== file.size) throw new Failed("unreadable");
  return digests.result();
}

async function hashFrame({ frame }) {
  try {
    if (frame instanceof ImageBitmap) {
      return await pdqOfBitmap(frame, frame.height < HIGH_DEFINITION ? BT601 : BT709);
    }
    return await pdqOfFrame(frame);
  } catch (error) {
    throw new Failed(codeOf(error));
  }
}

function codeOf(error) {
  return error instanceof AlteredColours ? "altered" : "not_shown";
}

self.postMessage({ ready: typeof OffscreenCanvas === "function" });
