// What a script adds to pages that work without: shortcuts, countdowns, looking at media.
import { startKeys } from "./js/keys.js";
import { startLease } from "./js/lease.js";
import { startPasskeys } from "./js/passkeys.js";
import { startRows } from "./js/rows.js";
import { startReveal } from "./js/reveal.js";
import { startCheckIn } from "./js/checkin.js";
import { startCopying } from "./js/copying.js";
import { startBits } from "./js/bits.js";

// What says that something needs a script is said where none runs, for whatever reason.
for (const words of document.querySelectorAll("[data-without-script]")) words.hidden = true;
for (const start of [startKeys, startLease, startPasskeys, startRows, startReveal, startCheckIn, startCopying, startBits]) start();
