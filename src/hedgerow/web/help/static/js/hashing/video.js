// The frames of a video, by the browser's own player: a page has one, a worker hasn't.
//
// The player is never shown, never played and makes no sound: it is sent to one moment after the
// other, and the frame that is there is handed on.

import { LATE_SECONDS, SEEK_SECONDS } from "./limits.js";
import { momentsOf, USUAL_FRAME_SECONDS } from "./moments.js";

const MICROSECONDS = 1e6;
const POLL_MILLISECONDS = 10;
const BEYOND_ANY_END = 1e9; // seconds; sought in recordings that don't say how long they are

// The browser can't show it, or no more of it.
export class NotShown extends Error {}

// Frames of a video in order, `{seconds, number, share, image}`: `image` is a VideoFrame where the
// browser gives it to pages, else an ImageBitmap; whoever gets it closes it, or transfers it.
// `share` is how far we are, 0 to 1. Throws NotShown, also in between, and the signal's reason.
export async function* framesOf(file, most, signal) {
  const video = document.createElement("video");
  const address = URL.createObjectURL(file);
  try {
    Object.assign(video, { muted: true, playsInline: true, preload: "auto", src: address });
    await heard(video, "loadedmetadata", signal);
    if (video.videoWidth === 0) throw new NotShown("there is nothing to see in it");
    const seconds = await lengthOf(video, signal);
    yield* shown(video, seconds, most, signal);
  } finally {
    video.removeAttribute("src");
    video.load(); // lets go of the decoder
    URL.revokeObjectURL(address);
  }
}

async function* shown(video, seconds, most, signal) {
  await seek(video, 0, signal);
  let frame = await taken(video, 0);
  const frameSeconds = frame.frameSeconds ?? USUAL_FRAME_SECONDS;
  const begins = frame.seconds;
  const moments = momentsOf(seconds, frameSeconds, most);
  let last = null;
  for (const [at, moment] of moments.entries()) {
    if (at > 0) {
      await seek(video, begins + moment, signal);
      frame = await taken(video, begins + moment, frame);
    }
    const since = Math.max(0, frame.seconds - begins);
    const number = Math.round(since / frameSeconds);
    // The same frame once more: it stays for long, or the film ends before its sound.
    if (last !== null && number <= last) {
      frame.image.close();
      continue;
    }
    last = number;
    yield { seconds: since, number, share: (at + 1) / moments.length, image: frame.image };
  }
}

// The frame at a moment: its image, when it is shown, and for how long, as far as that is known.
// before: what was taken last. isStuck: nothing came after that, however long it was waited.
async function taken(video, moment, before = null) {
  const found = await frameAt(video, moment, before);
  if (found === null) return { image: await bitmapOf(video), seconds: moment, frameSeconds: null };
  const { frame, ...times } = found;
  // Which way it is to be turned is known to the player only, in browsers that don't say.
  if ("rotation" in frame) return { image: frame, ...times };
  frame.close();
  return { image: await bitmapOf(video), ...times };
}

// The VideoFrame at a moment. A player may still have the old one for a while after it says that
// it is there; of a film that ends before its sound nothing else ever comes, so only the first of
// those moments is waited for. Null where pages get no such frames: without https, or in browsers
// that are older.
async function frameAt(video, moment, before) {
  const end = performance.now() + LATE_SECONDS * 1000;
  for (;;) {
    const frame = videoFrameOf(video);
    if (frame === null) return null;
    const seconds = frame.timestamp / MICROSECONDS;
    const frameSeconds = frame.duration ? frame.duration / MICROSECONDS : null;
    const isOld = before !== null && seconds === before.seconds && moment >= seconds + (frameSeconds ?? 0);
    if (!isOld) return { frame, seconds, frameSeconds, isStuck: false };
    if (before.isStuck || performance.now() > end) return { frame, seconds, frameSeconds, isStuck: true };
    frame.close();
    await new Promise((resolve) => setTimeout(resolve, POLL_MILLISECONDS));
  }
}

function videoFrameOf(video) {
  try {
    return typeof VideoFrame === "function" ? new VideoFrame(video) : null;
  } catch {
    return null; // then it is asked for the other way, and that says what is wrong
  }
}

async function bitmapOf(video) {
  try {
    return await createImageBitmap(video, { colorSpaceConversion: "none" });
  } catch {
    throw new NotShown("the frame can't be read");
  }
}

// Recordings of a browser say no length until their end was seen.
async function lengthOf(video, signal) {
  if (!Number.isFinite(video.duration)) await seek(video, BEYOND_ANY_END, signal);
  if (!Number.isFinite(video.duration)) throw new NotShown("it doesn't say how long it is");
  return video.duration;
}

function seek(video, seconds, signal) {
  const there = heard(video, "seeked", signal);
  video.currentTime = seconds;
  return there;
}

// Wait for an event of the player. Rejects with NotShown on an error or after SEEK_SECONDS.
function heard(video, name, signal) {
  const done = new AbortController();
  const until = { once: true, signal: done.signal };
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const late = () => reject(new NotShown("the browser takes too long"));
    const timer = setTimeout(late, SEEK_SECONDS * 1000);
    done.signal.addEventListener("abort", () => clearTimeout(timer));
    video.addEventListener(name, resolve, until);
    video.addEventListener("error", () => reject(new NotShown("the browser can't show it")), until);
    signal.addEventListener("abort", () => reject(signal.reason), until);
  }).finally(() => done.abort());
}
