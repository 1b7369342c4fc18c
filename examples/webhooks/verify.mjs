// Whether a request comes from Hedgerow, as it was sent and just now. Needs nothing but Node.js.
import { createHmac, timingSafeEqual } from "node:crypto";

const TOLERANCE = 300; // seconds by which the clocks may differ, and that a request may take

/** Answer 400, and do nothing else. */
export class Refused extends Error {}

/**
 * The event's number: the same each time that this event is sent. Throws Refused.
 * secret: whsec_…, as it was shown. headers: with names in small letters, as Node.js has them.
 * body: a Buffer of the bytes as they came, before anything reads them.
 */
export function verify(secret, headers, body) {
  const number = headers["webhook-id"] ?? "";
  const seconds = headers["webhook-timestamp"] ?? "";
  if (!/^[0-9]{1,11}$/.test(seconds)) throw new Refused("no time");
  if (Math.abs(Date.now() / 1000 - Number(seconds)) > TOLERANCE)
    throw new Refused("too old, or of a clock that is ahead");
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const mac = createHmac("sha256", key).update(`${number}.${seconds}.`).update(body);
  const expected = Buffer.from("v1," + mac.digest("base64"));
  const given = (headers["webhook-signature"] ?? "").split(" ").map((each) => Buffer.from(each));
  // In a time that tells nothing of how much was right.
  const same = (each) => each.length === expected.length && timingSafeEqual(each, expected);
  if (!given.some(same)) throw new Refused("not signed with this secret");
  return number;
}
