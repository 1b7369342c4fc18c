// PDQ, Meta's perceptual hash, as matrix algebra: the same as hedgerow/signals/pdq.py.
//
// The published algorithm (T. Davis et al., "TMK+PDQF", 2019; reference implementation in
// ThreatExchange) blurs the luma L twice with a box, takes 64×64 samples, and keeps the signs,
// against their median, of 16×16 discrete cosine coefficients:
//
//     A = T(height) · L · T(width)ᵀ        B = D · A · Dᵀ
//
// T(n), 64×n, is "box twice, then the sample positions"; D are the cosine rows 1 to 16. Each row
// of T reaches over about n/64 values, so only those are kept. A picture comes in strips of rows,
// in any order: no more of it than a strip is ever in memory here.

const SAMPLES = 64;
const SIDE = 16;
const SMALLEST_SIDE = 5; // what is narrower or lower hashes to zero with quality 0, as in the reference
const REMEMBERED_SIDES = 8;

const DCT = Float64Array.from({ length: SIDE * SAMPLES }, (_, at) => {
  const [row, sample] = [Math.floor(at / SAMPLES) + 1, at % SAMPLES];
  return Math.sqrt(2 / SAMPLES) * Math.cos((Math.PI / 2 / SAMPLES) * row * (2 * sample + 1));
});

// The stretch of a box filter of `width` at `centre`, cut at the edges.
function boxAt(centre, length, width) {
  const right = (width + 2) >> 1;
  return [Math.max(0, centre - (width - right)), Math.min(length, centre + right)];
}

// The rows of T(length), each as where it starts and its weights from there on.
function operatorOf(length) {
  const width = Math.ceil(length / (2 * SAMPLES));
  return Array.from({ length: SAMPLES }, (_, sample) => {
    const [low, high] = boxAt(Math.floor(((sample + 0.5) * length) / SAMPLES), length, width);
    const [first] = boxAt(low, length, width);
    const [, last] = boxAt(high - 1, length, width);
    const weights = new Float64Array(last - first);
    for (let centre = low; centre < high; centre++) {
      const [start, stop] = boxAt(centre, length, width);
      for (let at = start; at < stop; at++) weights[at - first] += 1 / ((high - low) * (stop - start));
    }
    return { start: first, stop: last, weights };
  });
}

const remembered = new Map();

function operator(length) {
  let found = remembered.get(length);
  if (found === undefined) {
    found = operatorOf(length);
    if (remembered.size === REMEMBERED_SIDES) remembered.delete(remembered.keys().next().value);
    remembered.set(length, found);
  }
  return found;
}

// The PDQ of one picture whose rows come in strips.
export class Pdq {
  #width;
  #height;
  #across;
  #down;
  #row;
  #reduced = new Float64Array(SAMPLES);
  #samples = new Float64Array(SAMPLES * SAMPLES);

  constructor(width, height) {
    this.#width = width;
    this.#height = height;
    this.#across = operator(width);
    this.#down = operator(height);
    this.#row = new Float32Array(width);
  }

  // Take `count` rows from `first` on, as RGBA of no transparency. weights: of red, green and blue.
  addColours(rgba, first, count, [red, green, blue] = BT601) {
    const row = this.#row;
    for (let line = 0, at = 0; line < count; line++) {
      for (let x = 0; x < row.length; x++, at += 4) {
        row[x] = red * rgba[at] + green * rgba[at + 1] + blue * rgba[at + 2];
      }
      this.#add(row, 0, first + line);
    }
  }

  // Take all rows, as luma.
  addLuma(luma) {
    for (let line = 0; line < this.#height; line++) this.#add(luma, line * this.#width, line);
  }

  // One row, which begins at `from` in `values`: across first, then its share of the samples down.
  #add(values, from, line) {
    const reduced = this.#reduced;
    for (let sample = 0; sample < SAMPLES; sample++) {
      const { start, weights } = this.#across[sample];
      let sum = 0;
      for (let at = 0, place = from + start; at < weights.length; at++, place++) {
        sum += weights[at] * values[place];
      }
      reduced[sample] = sum;
    }
    for (let sample = 0; sample < SAMPLES; sample++) {
      const { start, stop, weights } = this.#down[sample];
      if (line < start || line >= stop) continue;
      const weight = weights[line - start];
      for (let at = 0, place = sample * SAMPLES; at < SAMPLES; at++, place++) {
        this.#samples[place] += weight * reduced[at];
      }
    }
  }

  // The hash in hexadecimal and its quality, once all rows are there.
  result() {
    if (Math.min(this.#width, this.#height) < SMALLEST_SIDE) return { value: "0".repeat(64), quality: 0 };
    // Of the same precision as elsewhere, so that what is cut to whole numbers falls alike.
    const samples = Float32Array.from(this.#samples);
    return { value: hexOf(coefficientsOf(samples)), quality: qualityOf(samples) };
  }
}

// Shares of red, green and blue in the luma of photographs, and of videos in high definition.
export const BT601 = [0.299, 0.587, 0.114];
export const BT709 = [0.2126, 0.7152, 0.0722];

function coefficientsOf(samples) {
  const half = new Float64Array(SIDE * SAMPLES); // D · A
  for (let row = 0; row < SIDE; row++) {
    for (let inner = 0; inner < SAMPLES; inner++) {
      const weight = DCT[row * SAMPLES + inner];
      for (let at = 0; at < SAMPLES; at++) half[row * SAMPLES + at] += weight * samples[inner * SAMPLES + at];
    }
  }
  const coefficients = new Float32Array(SIDE * SIDE);
  for (let row = 0; row < SIDE; row++) {
    for (let column = 0; column < SIDE; column++) {
      let sum = 0;
      for (let at = 0; at < SAMPLES; at++) sum += half[row * SAMPLES + at] * DCT[column * SAMPLES + at];
      coefficients[row * SIDE + column] = sum;
    }
  }
  return coefficients;
}

// 64 digits: whether each coefficient is above their lower median; the last bit comes first.
function hexOf(coefficients) {
  const median = coefficients.slice().sort()[coefficients.length / 2 - 1];
  let digits = "";
  for (let at = coefficients.length - 4; at >= 0; at -= 4) {
    let digit = 0;
    for (let bit = 3; bit >= 0; bit--) digit = 2 * digit + (coefficients[at + bit] > median ? 1 : 0);
    digits += digit.toString(16);
  }
  return digits;
}

// 0 to 100: how much gradient there is in the samples.
function qualityOf(samples) {
  let total = 0;
  const step = (from, to) => {
    const difference = Math.fround(Math.fround(samples[from] - samples[to]) * 100);
    total += Math.abs(Math.trunc(Math.fround(difference / 255)));
  };
  for (let row = 0; row < SAMPLES; row++) {
    for (let column = 0; column < SAMPLES; column++) {
      const at = row * SAMPLES + column;
      if (row + 1 < SAMPLES) step(at + SAMPLES, at);
      if (column + 1 < SAMPLES) step(at + 1, at);
    }
  }
  return Math.min(100, Math.floor(total / 90));
}
