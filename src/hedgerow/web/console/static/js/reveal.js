// Looking at an upload. Nothing of it comes before somebody asks, and then a veil that nothing can
// be recognised in. A part comes when it is held, and goes when it is let go.
import { Refused, say, send } from "./asking.js";

const FIRM = 200; // milliseconds that a part is held before it is asked for: a slip shows nothing
const HOLDING = new Set([" ", "Enter"]);
const MOVES = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export function startReveal() {
  const place = document.querySelector("[data-reveal]");
  const button = place?.querySelector("[data-open]");
  if (button) new Viewer(place, button).begin();
}

function pictureOf(base64) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const made = document.createElement("img");
  made.src = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
  made.alt = "";
  made.draggable = false;
  return made;
}

function dropped(picture) {
  URL.revokeObjectURL(picture.src);
  picture.remove();
}

class Viewer {
  constructor(place, button) {
    this.path = place.dataset.reveal;
    this.place = place;
    this.button = button;
    this.stage = place.querySelector(".stage");
    this.strip = place.querySelector("[data-strip]");
    this.picture = place.querySelector("[data-picture]");
    this.trouble = place.querySelector("[data-trouble]");
    this.colour = place.querySelector("[data-colour]");
    this.still = 0;
    this.held = null;
  }

  begin() {
    this.button.hidden = false;
    this.button.addEventListener("click", () => this.open());
    this.place.querySelector("[data-close]").addEventListener("click", () => this.close());
    // Whatever takes the hand off the page takes the picture away, too.
    for (const kind of ["blur", "pagehide"]) window.addEventListener(kind, () => this.release());
    document.addEventListener("visibilitychange", () => this.release());
    this.picture.addEventListener("contextmenu", (event) => event.preventDefault());
  }

  async open() {
    this.button.disabled = true;
    try {
      const told = await (await send(`${this.path}/veil`)).json();
      this.taken(told.lease);
      this.show(told);
    } catch (problem) {
      this.tell(problem);
    } finally {
      this.button.disabled = false;
    }
  }

  close() {
    this.release();
    for (const picture of this.stage.querySelectorAll("img")) dropped(picture);
    this.stage.hidden = true;
    this.button.hidden = false;
    this.button.focus();
  }

  show(told) {
    this.told = told;
    this.stage.hidden = false;
    this.button.hidden = true;
    this.trouble.hidden = true;
    this.strip.hidden = told.stills.length < 2;
    this.strip.replaceChildren(...told.stills.map((still, number) => this.choice(still, number)));
    this.choose(Math.max(0, told.stills.findIndex((still) => still.matched)));
    this.picture.querySelector("button").focus();
    say("The veiled view is open. Move with the arrow keys, and hold Space to see a part.");
  }

  choice(still, number) {
    const made = document.createElement("button");
    made.type = "button";
    made.append(pictureOf(still.image), this.label(still));
    made.addEventListener("click", () => this.choose(number));
    return made;
  }

  label(still) {
    const made = document.createElement("span");
    made.textContent = `${this.clock(still.seconds)}${still.matched ? " match" : ""}`;
    return made;
  }

  // To a tenth of a second where stills are so near each other that they need it.
  clock(seconds) {
    const near = this.told.stills.some((still, at, all) => at > 0 && still.seconds - all[at - 1].seconds < 1);
    const shown = Math.floor(seconds * (near ? 10 : 1)) / (near ? 10 : 1);
    const rest = (shown % 60).toFixed(near ? 1 : 0).padStart(near ? 4 : 2, "0");
    return `${Math.floor(shown / 60)}:${rest}`;
  }

  choose(number) {
    this.release();
    this.still = number;
    [...this.strip.children].forEach((each, at) => each.setAttribute("aria-pressed", String(at === number)));
    const still = this.told.stills[number];
    for (const picture of this.picture.querySelectorAll("img")) dropped(picture);
    const veil = pictureOf(still.image);
    veil.className = "veil";
    this.picture.style.aspectRatio = `${still.width} / ${still.height}`;
    this.picture.replaceChildren(veil, this.grid());
  }

  grid() {
    const { columns, rows } = this.told;
    const grid = document.createElement("div");
    grid.className = "parts";
    grid.style.gridTemplate = `repeat(${rows}, 1fr) / repeat(${columns}, 1fr)`;
    for (let part = 0; part < columns * rows; part += 1) grid.append(this.part(part));
    grid.addEventListener("keydown", (event) => this.move(event, grid));
    return grid;
  }

  part(part) {
    const { columns } = this.told;
    const made = document.createElement("button");
    made.type = "button";
    made.tabIndex = part ? -1 : 0;
    made.setAttribute("aria-label", `Row ${Math.floor(part / columns) + 1}, column ${(part % columns) + 1}`);
    made.addEventListener("pointerdown", (event) => event.button === 0 && this.hold(made, part));
    // Only what this very part holds: pressing one part takes the focus from another.
    const letGo = () => this.held?.button === made && this.release();
    for (const kind of ["pointerup", "pointercancel", "pointerleave", "blur"]) made.addEventListener(kind, letGo);
    made.addEventListener("keydown", (event) => {
      if (!HOLDING.has(event.key)) return;
      event.preventDefault();
      event.stopPropagation();
      if (!event.repeat) this.hold(made, part);
    });
    made.addEventListener("keyup", (event) => HOLDING.has(event.key) && this.release());
    return made;
  }

  move(event, grid) {
    const step = MOVES[event.key];
    if (!step) return;
    event.preventDefault();
    const { columns, rows } = this.told;
    const buttons = [...grid.children];
    const at = buttons.indexOf(document.activeElement);
    const column = Math.min(columns - 1, Math.max(0, (at % columns) + step[0]));
    const row = Math.min(rows - 1, Math.max(0, Math.floor(at / columns) + step[1]));
    const to = buttons[row * columns + column];
    buttons[at].tabIndex = -1;
    to.tabIndex = 0;
    to.focus();
  }

  hold(button, part) {
    this.release();
    const held = { button };
    this.held = held;
    held.firm = setTimeout(() => this.ask(held, part), FIRM);
  }

  async ask(held, part) {
    let told;
    try {
      const fields = { part, still: this.still, colour: this.colour.checked ? "1" : "" };
      told = await (await send(`${this.path}/part`, fields)).json();
    } catch (problem) {
      if (this.held === held) this.tell(problem);
      return;
    }
    this.allowance(told);
    this.taken(told.lease);
    held.reveal = told.reveal;
    if (this.held !== held) {
      this.ended(held); // let go meanwhile: it is never shown
      return;
    }
    held.picture = pictureOf(told.image);
    held.button.append(held.picture);
    held.since = performance.now();
    held.enough = setTimeout(() => this.release(), 1000 * told.seconds);
  }

  release() {
    const held = this.held;
    this.held = null;
    if (!held) return;
    clearTimeout(held.firm);
    clearTimeout(held.enough);
    if (held.picture) dropped(held.picture);
    if (held.reveal) this.ended(held);
  }

  async ended(held) {
    const seconds = held.since ? (performance.now() - held.since) / 1000 : 0;
    try {
      const told = await send(`${this.path}/end`, { reveal: held.reveal, seconds: seconds.toFixed(2) }, { keepalive: true });
      this.allowance(await told.json());
    } catch {
      // It stays counted as long as it could be shown at most: never too little.
    }
  }

  // The service has put the case into these hands: its clock is to run.
  taken(seconds) {
    document.dispatchEvent(new CustomEvent("hedgerow:taken", { detail: seconds }));
  }

  allowance({ left, seconds_left: seconds }) {
    this.place.querySelector("[data-left]").textContent = left;
    this.place.querySelector("[data-left-time]").textContent = `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
  }

  tell(problem) {
    this.release();
    const words = problem instanceof Refused ? problem.message : "The service can't be reached now; try again.";
    this.stage.hidden = false;
    this.trouble.textContent = words;
    this.trouble.hidden = false;
  }
}
