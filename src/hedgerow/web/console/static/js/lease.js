// The time that a case stays in somebody's hands: shown, and renewed while they work.
import { Refused, say, send } from "./asking.js";

const ACTIVE = 60_000; // milliseconds after a key or a pointer in which somebody is at work
const NO_MORE = [401, 403, 404, 409]; // answers by which the case is gone; others pass
const TOLD = [60, 20]; // seconds left at which it is said aloud

export function startLease() {
  const box = document.querySelector("[data-lease]");
  if (!box) return;
  const lease = new Lease(box);
  if (box.dataset.ends) lease.begin(Number(box.dataset.ends));
  box.querySelector("form").addEventListener("submit", (event) => lease.take(event));
  // Looking at the upload takes the case, too.
  document.addEventListener("hedgerow:taken", (event) => lease.begin(event.detail));
}

class Lease {
  constructor(box) {
    this.path = box.dataset.lease;
    this.lasts = Number(box.dataset.lasts);
    this.box = box;
    this.time = box.querySelector("[data-clock]");
    this.worked = performance.now();
    this.asking = false;
    this.timer = null;
    for (const kind of ["keydown", "pointerdown", "pointermove", "scroll"]) {
      document.addEventListener(kind, () => (this.worked = performance.now()), { passive: true, capture: true });
    }
  }

  begin(seconds) {
    this.ends = performance.now() + 1000 * seconds;
    this.show(true);
    this.timer ??= setInterval(() => this.tick(), 1000);
    this.tick();
  }

  show(held, words) {
    const unheld = this.box.querySelector("[data-unheld]");
    this.box.querySelector("[data-held]").hidden = !held;
    unheld.hidden = held;
    document.querySelector("[data-give-back]").hidden = !held;
    if (words) unheld.textContent = words;
  }

  tick() {
    const left = Math.max(0, Math.round((this.ends - performance.now()) / 1000));
    this.time.textContent = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, "0")}`;
    this.time.classList.toggle("low", left <= 60);
    if (TOLD.includes(left)) say(`The case stays in your hands for ${left} seconds more.`);
    if (left === 0) this.over("The case may go to somebody else now. Keep it to go on.");
    else if (this.isDue(left)) this.renew();
  }

  // Often enough that it never gets low while somebody works, and not with every tick.
  isDue(left) {
    return !this.asking && left < 0.8 * this.lasts && performance.now() - this.worked < ACTIVE && !document.hidden;
  }

  async renew() {
    this.asking = true;
    try {
      const told = await (await send(this.path)).json();
      this.ends = performance.now() + 1000 * told.seconds;
    } catch (problem) {
      if (problem instanceof Refused && NO_MORE.includes(problem.status)) this.over(problem.message);
      // Otherwise the network is away or the service busy: the clock goes on, and it is tried again.
      else this.worked = 0;
    } finally {
      this.asking = false;
    }
  }

  // Take or keep it without leaving the page: what was typed stays.
  async take(event) {
    event.preventDefault();
    const form = event.target;
    try {
      const told = await (await send(form.action)).json();
      this.begin(told.seconds);
    } catch {
      form.submit(); // the page that comes of it says what is in the way
    }
  }

  over(words) {
    clearInterval(this.timer);
    this.timer = null;
    this.show(false, words);
    say(words);
  }
}
