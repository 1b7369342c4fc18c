// Choosing files, hashing them here, showing what will be sent, sending it, and showing the code.
// No file is shown, named or sent.
import { Hasher } from "./hashing/hasher.js";
import { keep } from "./keeping.js";
import { asSent, filled } from "./sending.js";

// Below this a picture has too little in it to be told from others (the server's own limit).
const LEAST_QUALITY = 50;

const page = document.getElementById("protect");
const words = page.dataset;
const byId = (id) => document.getElementById(id);
const hasher = new Hasher();
const chosen = []; // {row, sent, stop}
let counts = { picture: 0, video: 0 };

function show() {
  byId("without").remove();
  page.hidden = false;
  byId("files").addEventListener("change", ({ target }) => {
    const files = [...target.files];
    target.value = ""; // so that the same file can be chosen again, and no name stands on the page
    files.forEach(add);
  });
  byId("send").addEventListener("click", send);
}

function add(file) {
  const most = Number(words.most);
  if (chosen.length >= most) {
    say(filled(words.tooMany, { number: most }));
    return;
  }
  const isVideo = file.type.startsWith("video/");
  const number = (counts[isVideo ? "video" : "picture"] += 1);
  const name = filled(isVideo ? words.video : words.picture, { number });
  const entry = { row: row(name), sent: null, stop: new AbortController() };
  chosen.push(entry);
  entry.row.remove.addEventListener("click", () => remove(entry));
  offer();
  hash(file, entry);
}

// One line of the list: what it is called, how far it is, and the way to take it out again.
function row(name) {
  const line = document.createElement("li");
  const called = document.createElement("strong");
  called.textContent = name;
  const state = document.createElement("span");
  state.textContent = words.waiting;
  const progress = document.createElement("progress");
  progress.max = 1;
  progress.value = 0;
  progress.setAttribute("aria-label", name);
  const removing = document.createElement("button");
  removing.type = "button";
  removing.className = "quiet small";
  removing.textContent = words.remove;
  removing.setAttribute("aria-label", `${words.remove}: ${name}`);
  line.append(called, state, progress, removing);
  byId("chosen").append(line);
  return { line, state, progress, name, remove: removing };
}

async function hash(file, entry) {
  const { state, progress, name } = entry.row;
  const told = (share) => {
    progress.value = share;
    state.textContent = filled(words.working, { percent: Math.round(share * 100) });
  };
  try {
    const found = await hasher.hash(file, told, entry.stop.signal);
    progress.remove();
    if (found.signals.sha256 && found.signals.md5) entry.sent = asSent(file, found);
    state.textContent = outcome(entry.sent, found.code);
  } catch {
    return; // it was taken out of the list meanwhile
  }
  if (entry.sent === null) {
    chosen.splice(chosen.indexOf(entry), 1);
    entry.row.line.classList.add("bad");
  }
  say(`${name}: ${state.textContent}`);
  offer();
}

function outcome(sent, code) {
  if (sent === null) return code === "too_large" ? words.tooLarge : words.unreadable;
  if (code === "in_part") return words.inPart;
  if (sent.pdq === undefined && sent.frames === undefined) return words.exact;
  return sent.quality < LEAST_QUALITY ? words.flat : words.ready;
}

function remove(entry) {
  entry.stop.abort();
  const at = chosen.indexOf(entry);
  if (at >= 0) chosen.splice(at, 1);
  entry.row.line.remove();
  offer();
  byId("files").focus();
}

// What will be sent is shown, and can be sent, once every file that was chosen is hashed.
function offer() {
  const ready = chosen.length > 0 && chosen.every((each) => each.sent !== null);
  byId("after-hashing").hidden = !ready;
  if (ready) byId("preview").textContent = JSON.stringify(body().pictures, null, 1);
}

function body() {
  return { ticket: words.ticket, share: byId("share").checked, pictures: chosen.map((each) => each.sent) };
}

async function send() {
  const button = byId("send");
  button.disabled = true;
  complain("");
  try {
    const answer = await fetch(words.send, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json", "x-form-token": words.token },
      body: JSON.stringify(body()),
    });
    const told = await answer.json();
    if (answer.ok) done(told);
    else complain(`${told.title}. ${told.words}`);
  } catch {
    complain(navigator.onLine ? words.failed : words.offline);
  } finally {
    button.disabled = false;
  }
}

function done({ number, words: code, digits }) {
  hasher.close();
  if (code === undefined) {
    location.replace(document.querySelector("a.home").href + "/my-case");
    return;
  }
  byId("number").textContent = number;
  byId("words").textContent = code;
  byId("digits").textContent = digits;
  keep(words.saved, number, code, digits);
  byId("choose-title").remove();
  byId("step-choose").remove();
  byId("step-done").hidden = false;
  byId("done-title").focus();
}

function complain(text) {
  byId("problem").textContent = text;
  byId("problem").hidden = text === "";
}

function say(text) {
  byId("said").textContent = text;
}

// Everything that hashing needs is there before a file can be chosen: it goes on without a network.
// In a browser that is too old for it, the page says so, as it does without scripts.
hasher.ready.then(show, () => {});
