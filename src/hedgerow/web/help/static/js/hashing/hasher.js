// Hashing a file in the browser, for the page that has the file chooser.
//
//     const hasher = new Hasher();
//     await hasher.ready;   // only now may a file be chosen: nothing is loaded from here on
//     const { kind, code, signals } = await hasher.hash(file, (share) => …, signal);
//
// kind: "picture", "video", or null where the browser shows neither. code: null, or why it isn't
// all: "empty", "too_large", "unreadable" (no signals), "not_shown" (digests alone), "altered" (the
// browser gives pages false colours, to guard against being recognised: digests alone), "in_part" (a
// video that could be seen up to some moment only), "failed" (the worker died: memory).
// signals: {sha256: {value}, md5: {value}, pdq: {value, quality}, frames: [{number, seconds,
// quality, pdq}]}, as far as there are any. Nothing leaves the page.

import { looksLikeVideo } from "./kinds.js";
import { MOST_BYTES, MOST_FRAMES, MOST_PICTURE_BYTES } from "./limits.js";
import { framesOf, NotShown } from "./video.js";

const WORKER = new URL("worker.js", import.meta.url).href;

// Admits no other address than the worker's own: what a page's policy asks for.
const policy = globalThis.trustedTypes?.createPolicy("hashing", {
  createScriptURL(address) {
    if (address !== WORKER) throw new TypeError("not the hashing worker");
    return address;
  },
});

// Of the time that a video takes, about so much goes to its bytes.
const SHARE_OF_BYTES = 0.2;

class Failed extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

export class Hasher {
  #worker = new Worker(policy?.createScriptURL(WORKER) ?? WORKER, { type: "module" });
  #asked = new Map();
  #count = 0;
  #dead = false;
  #turn = Promise.resolve();

  constructor() {
    // Resolves when the worker and all its modules are there; rejects where the browser is too old.
    this.ready = new Promise((resolve, reject) => {
      this.#worker.addEventListener("message", ({ data }) => {
        if ("ready" in data) (data.ready ? resolve : reject)();
        else this.#answer(data);
      });
      this.#worker.addEventListener("error", (event) => {
        this.#dead = true;
        reject(new Failed("failed"));
        for (const { reject: give } of this.#asked.values()) give(new Failed("failed"));
        this.#asked.clear();
        event.preventDefault();
      });
    });
  }

  // One file after the other, in the order of the calls. Rejects with the signal's reason once
  // that is aborted, and for no other cause.
  hash(file, onProgress = () => {}, signal = new AbortController().signal) {
    const result = this.#turn.then(() => this.#hash(file, onProgress, signal));
    this.#turn = result.catch(() => {});
    return result;
  }

  // Let the worker go.
  close() {
    this.#dead = true;
    this.#worker.terminate();
  }

  async #hash(file, onProgress, signal) {
    signal.throwIfAborted();
    if (file.size === 0) return none("empty");
    if (file.size > MOST_BYTES) return none("too_large");
    // Aborted with the caller's, and when either half of the work fails.
    const ours = new AbortController();
    const abort = () => ours.abort(signal.reason);
    signal.addEventListener("abort", abort);
    try {
      const result = await this.#hashed(file, monotone(onProgress), ours.signal);
      onProgress(1);
      return result;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      return none(codeOf(error) ?? "failed");
    } finally {
      ours.abort();
      signal.removeEventListener("abort", abort);
    }
  }

  async #hashed(file, tell, signal) {
    const isVideo = await looksLikeVideo(file).catch(() => {
      throw new Failed("unreadable");
    });
    if (isVideo) return this.#video(file, tell, signal);
    const picture = file.size <= MOST_PICTURE_BYTES;
    const { digests, pdq, code } = await this.#ask({ task: "file", file, picture }, signal, (share) => tell(share * 0.9));
    if (pdq) return { kind: "picture", code: null, signals: { ...digests, pdq } };
    if (code === "altered") return { kind: "picture", code, signals: digests };
    return withFrames(digests, await this.#frames(file, tell, signal));
  }

  async #video(file, tell, signal) {
    const shares = [0, 0];
    const told = (at) => (share) => {
      shares[at] = share;
      tell(SHARE_OF_BYTES * shares[0] + (1 - SHARE_OF_BYTES) * shares[1]);
    };
    const [{ digests }, found] = await Promise.all([
      this.#ask({ task: "file", file, picture: false }, signal, told(0)),
      this.#frames(file, told(1), signal),
    ]);
    return withFrames(digests, found);
  }

  // The hashed frames, and a code where they aren't all. The next is sought while one is hashed.
  async #frames(file, tell, signal) {
    const frames = [];
    let hashing = Promise.resolve();
    let last = null;
    try {
      for await (const { image, seconds, number, share } of framesOf(file, MOST_FRAMES, signal)) {
        last = image;
        await hashing;
        hashing = this.#ask({ task: "frame", frame: image }, signal, null, [image]).then(({ value, quality }) => {
          frames.push({ number, seconds: Math.round(seconds * 1000) / 1000, quality, pdq: value });
          tell(share);
        });
        hashing.catch(() => {}); // it is heard by the next turn
      }
      await hashing;
      return { frames, code: frames.length > 0 ? null : "not_shown" };
    } catch (error) {
      await hashing.catch(() => {});
      last?.close(); // it may not have come as far as the worker
      if (codeOf(error) === "altered") return { frames: [], code: "altered" };
      if (codeOf(error) !== "not_shown") throw error;
      return { frames, code: frames.length > 0 ? "in_part" : "not_shown" };
    }
  }

  #ask(message, signal, onProgress, transferred = []) {
    const id = this.#count++;
    return new Promise((resolve, reject) => {
      signal.throwIfAborted();
      if (this.#dead) throw new Failed("failed");
      this.#asked.set(id, { resolve, reject, onProgress });
      signal.addEventListener("abort", () => {
        if (!this.#asked.delete(id)) return;
        this.#worker.postMessage({ id, task: "stop" });
        reject(signal.reason);
      });
      this.#worker.postMessage({ ...message, id }, transferred);
    });
  }

  #answer({ id, result, failed, progress }) {
    const asked = this.#asked.get(id);
    if (asked === undefined) return; // nobody waits for it any more
    if (progress !== undefined) {
      asked.onProgress?.(progress);
      return;
    }
    this.#asked.delete(id);
    if (failed !== undefined) asked.reject(new Failed(failed));
    else asked.resolve(result);
  }
}

// The code of what is expected to go wrong, else undefined.
function codeOf(error) {
  if (error instanceof NotShown) return "not_shown";
  return error instanceof Failed ? error.code : undefined;
}

function none(code) {
  return { kind: null, code, signals: {} };
}

function withFrames(digests, { frames, code }) {
  if (frames.length === 0) return { kind: code === "altered" ? "video" : null, code, signals: digests };
  return { kind: "video", code, signals: { ...digests, frames } };
}

// A progress that never goes back.
function monotone(onProgress) {
  let highest = 0;
  return (share) => {
    highest = Math.max(highest, share);
    onProgress(highest);
  };
}
