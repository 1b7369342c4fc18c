// What MD5 and SHA-256 have in common: blocks of 64 bytes, padding, and the length at the end.

const BLOCK = 64;
const LENGTH_BYTES = 8;

// One digest of bytes that come in pieces. A subclass has `compress`, which takes whole blocks.
export class Digest {
  #held = new Uint8Array(BLOCK);
  #heldView = new DataView(this.#held.buffer);
  #holds = 0;
  #length = 0;

  constructor(state, isLittleEndian) {
    this.state = Int32Array.from(state);
    this.isLittleEndian = isLittleEndian;
  }

  // Take the next bytes, a Uint8Array of any length.
  update(bytes) {
    this.#length += bytes.length;
    let at = 0;
    if (this.#holds > 0) {
      at = Math.min(BLOCK - this.#holds, bytes.length);
      this.#held.set(bytes.subarray(0, at), this.#holds);
      this.#holds += at;
      if (this.#holds < BLOCK) return this;
      this.compress(this.#heldView);
    }
    const whole = bytes.length - at - ((bytes.length - at) % BLOCK);
    if (whole > 0) this.compress(new DataView(bytes.buffer, bytes.byteOffset + at, whole));
    this.#held.set(bytes.subarray(at + whole));
    this.#holds = bytes.length - at - whole;
    return this;
  }

  // The digest in hexadecimal; nothing can be taken after it.
  hex() {
    const length = this.#length;
    const rest = (length + 1 + LENGTH_BYTES) % BLOCK;
    const padding = new Uint8Array(1 + ((BLOCK - rest) % BLOCK) + LENGTH_BYTES);
    padding[0] = 0x80;
    const view = new DataView(padding.buffer, padding.length - LENGTH_BYTES);
    // In bits, which may be more than 32 of them hold.
    const [high, low] = [Math.floor(length / 2 ** 29), (length % 2 ** 29) * 8];
    view.setUint32(this.isLittleEndian ? 4 : 0, high, this.isLittleEndian);
    view.setUint32(this.isLittleEndian ? 0 : 4, low, this.isLittleEndian);
    this.update(padding);
    const words = new DataView(new ArrayBuffer(this.state.length * 4));
    this.state.forEach((word, at) => words.setInt32(at * 4, word, this.isLittleEndian));
    return Array.from(new Uint8Array(words.buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
  }
}
