// Pictures and frames of a video, as a browser decodes them, to PDQ. Runs in the worker.

import { BT601, BT709, Pdq } from "./pdq.js";

// Pixels that are read from a canvas at once: two megabytes, whatever the picture's size.
const STRIP_PIXELS = 2 ** 19;

// By how much a browser may round a colour. One that guards against being recognised adds noise,
// or gives nothing but noise.
const MOST_ROUNDING = 2;

// The browser doesn't give pages the colours that it shows.
export class AlteredColours extends Error {}

// The picture in a file as a person sees it: turned as its camera says, which is every browser's
// default, while the word for it differs. The colours are those in the file: the server applies
// no profiles either. Rejects where the browser can't show it.
export function bitmapOf(file) {
  return createImageBitmap(file, { colorSpaceConversion: "none", premultiplyAlpha: "none" });
}

// PDQ of an ImageBitmap, which is closed. Throws AlteredColours.
export async function pdqOfBitmap(bitmap, weights = BT601) {
  try {
    await checkColours();
    return drawn(bitmap, weights);
  } finally {
    bitmap.close();
  }
}

// PDQ of a VideoFrame, which is closed: of its luma as it is, as on the server, where the browser
// gives it; else by way of its colours. Throws AlteredColours.
export async function pdqOfFrame(frame) {
  const weights = frame.colorSpace.matrix === "bt709" ? BT709 : BT601;
  try {
    if (WITH_LUMA.has(frame.format) && !frame.flip) return await ofLuma(frame);
    return await pdqOfBitmap(await createImageBitmap(frame, { colorSpaceConversion: "none" }), weights);
  } finally {
    frame.close();
  }
}

// Formats whose first plane is luma, a byte a pixel.
const WITH_LUMA = new Set(["I420", "I420A", "I422", "I422A", "I444", "I444A", "NV12"]);
const [BLACK, WHITE] = [16, 235];

// Luma that is limited to 16..235, expanded; and luma as it is.
const EXPANDED = Uint8ClampedArray.from({ length: 256 }, (_, at) => ((at - BLACK) * 255) / (WHITE - BLACK));
const AS_IT_IS = EXPANDED.map((_, at) => at);

let memory = new Uint8Array(0); // the same for all frames of a video

async function ofLuma(frame) {
  const { width, height } = frame.visibleRect;
  if (memory.length < frame.allocationSize()) memory = new Uint8Array(frame.allocationSize());
  const [{ offset, stride }] = await frame.copyTo(memory);
  const [first, right, down] = stepsOf(frame.rotation, width, height, stride);
  const isLying = frame.rotation % 180 !== 0;
  const [across, lines] = isLying ? [height, width] : [width, height];
  const meaning = frame.colorSpace.fullRange ? AS_IT_IS : EXPANDED;
  const luma = new Uint8Array(across * lines);
  for (let y = 0, at = 0; y < lines; y++) {
    for (let x = 0, from = offset + first + y * down; x < across; x++, from += right) luma[at++] = meaning[memory[from]];
  }
  const pdq = new Pdq(across, lines);
  pdq.addLuma(luma);
  return pdq.result();
}

// Where in a plane the picture's first pixel is once it is turned clockwise by so many degrees, and
// how far it is from there to the next on the right, and below.
function stepsOf(rotation, width, height, stride) {
  const [lastColumn, lastLine] = [width - 1, (height - 1) * stride];
  return {
    0: [0, 1, stride],
    90: [lastLine, -stride, 1],
    180: [lastLine + lastColumn, -1, -stride],
    270: [lastColumn, stride, -1],
  }[rotation];
}

function drawn(bitmap, weights) {
  const { width, height } = bitmap;
  const pdq = new Pdq(width, height);
  const strip = Math.min(height, Math.max(1, Math.floor(STRIP_PIXELS / width)));
  const context = new OffscreenCanvas(width, strip).getContext("2d", { alpha: false, willReadFrequently: true });
  context.imageSmoothingEnabled = false;
  context.fillStyle = "white";
  for (let first = 0; first < height; first += strip) {
    const count = Math.min(strip, height - first);
    context.fillRect(0, 0, width, count); // what is transparent is shown on white, as on the server
    context.drawImage(bitmap, 0, first, width, count, 0, 0, width, count);
    pdq.addColours(context.getImageData(0, 0, width, count).data, first, count, weights);
  }
  return pdq.result();
}

let checking = null;

// Whether what is drawn is what can be read: a hash of noise would protect nobody.
function checkColours() {
  checking ??= (async () => {
    const side = 16;
    const known = new ImageData(side, side);
    known.data.forEach((_, at) => (known.data[at] = at % 4 === 3 ? 255 : (at * 89) % 256));
    const bitmap = await createImageBitmap(known);
    const context = new OffscreenCanvas(side, side).getContext("2d", { alpha: false, willReadFrequently: true });
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    const read = context.getImageData(0, 0, side, side).data;
    return read.every((value, at) => Math.abs(value - known.data[at]) <= MOST_ROUNDING);
  })();
  return checking.then((good) => {
    if (!good) throw new AlteredColours("this browser doesn't give pages the colours that it shows");
  });
}
