// Choosing files, hashing them here, showing what will be sent, sending it, and showing the code.
// No file is shown, named or sent.
import { Hasher } from "./hashing/hasher.js";
import { looksLikePicture, looksLikeVideo } from "./hashing/kinds.js";
import { hold, keep, letGo } from "./keeping.js";
import { asSent, filled } from "./sending.js";

// Below this a picture has too little in it to be told from others (the server's own limit).
const LEAST_QUALITY = 50;

const STAY_OPEN_MS = 4 * 60 * 1000;

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
  const full = chosen.length >= most;
  tell("too-many", full ? filled(words.tooMany, { number: most }) : "");
  if (full) return;
  const isVideo = file.type.startsWith("video/");
  const number = (counts[isVideo ? "video" : "picture"] += 1);
  const name = filled(isVideo ? words.video : words.picture, { number });
  const entry = { row: row(name), sent: null, stop: new AbortController() };
  chosen.push(entry);
  hold();
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
    const neither = found.code === "not_shown" && !(await looksLikeMedia(file).catch(() => true));
    if (!neither && found.signals.sha256 && found.signals.md5) entry.sent = asSent(file, found);
    state.textContent = outcome(entry.sent, neither ? "neither" : found.code);
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
  if (code === "neither") return words.neither;
  if (sent === null) return code === "too_large" ? words.tooLarge : `${words.unreadable} ${words.advice}`;
  if (code === "in_part") return words.inPart;
  if (sent.pdq === undefined && sent.frames === undefined) return `${words.exact} ${words.advice}`;
  return sent.quality < LEAST_QUALITY ? words.flat : words.ready;
}

// Whether the server can find exact copies of it alone.
function exactOnly({ pdq, quality, frames }) {
  return pdq === undefined ? frames === undefined : quality < LEAST_QUALITY;
}

// Some files can't be shown here, but are pictures or videos all the same.
async function looksLikeMedia(file) {
  return (await looksLikePicture(file)) || (await looksLikeVideo(file));
}

function remove(entry) {
  entry.stop.abort();
  const at = chosen.indexOf(entry);
  if (at >= 0) chosen.splice(at, 1);
  entry.row.line.remove();
  tell("too-many", "");
  offer();
  byId("files").focus();
}

// What will be sent is shown, and can be sent, once every file that was chosen is hashed.
function offer() {
  if (chosen.length === 0) letGo();
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

function done({ number, words: code, digits, added }) {
  hasher.close();
  letGo();
  if (code === undefined) {
    location.replace(`${document.querySelector("a.home").href}/my-case?added=${added}`);
    return;
  }
  const names = chosen.filter(({ sent }) => exactOnly(sent)).map(({ row: { name } }) => name);
  tell("exact-ones", names.length > 0 ? filled(words.exactOnes, { names: names.join(", ") }) : "");
  document.body.classList.add("keeping");
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
  tell("problem", text);
}

// "" for nothing any more.
function tell(id, text) {
  byId(id).textContent = text;
  byId(id).hidden = text === "";
}

// Choosing and hashing many files can take longer than a case stays open by itself: asking for this
// page keeps it open, as long as there is something that isn't sent.
function stayOpen() {
  if (chosen.length > 0) fetch(words.send, { method: "HEAD", redirect: "manual" }).catch(() => {});
}
if (words.token && !words.ticket) setInterval(stayOpen, STAY_OPEN_MS);

function say(text) {
  byId("said").textContent = text;
}

// Everything that hashing needs is there before a file can be chosen: it goes on without a network.
// In a browser that is too old for it, the page says so, as it does without scripts.
hasher.ready.then(show, () => {});
