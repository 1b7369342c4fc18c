// MD5 and SHA-256 of the same bytes, a piece at a time.
//
// By hand, since SubtleCrypto wants a file whole in memory, has no MD5, and isn't there at all
// without https. Nothing secret is hashed, so nothing needs to take the same time.

import { Md5 } from "./md5.js";
import { Sha256 } from "./sha256.js";

export class Digests {
  #md5 = new Md5();
  #sha256 = new Sha256();

  // Take the next bytes, a Uint8Array of any length.
  update(bytes) {
    this.#md5.update(bytes);
    this.#sha256.update(bytes);
  }

  // Both in hexadecimal; nothing can be taken after it.
  result() {
    return { md5: { value: this.#md5.hex() }, sha256: { value: this.#sha256.hex() } };
  }
}
