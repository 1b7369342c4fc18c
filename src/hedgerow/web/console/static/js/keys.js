// Shortcuts. An element says its key itself: data-key="c" data-key-says="Confirm".
// "g" and then the letter of a menu line leads there. "?" opens the sheet of all that hold here.

const OFF = "hedgerow.keys.off";
const PATIENCE = 1500; // milliseconds between "g" and its letter

let began = -Infinity; // when "g" was pressed

const isOff = () => localStorage.getItem(OFF) === "yes";
const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const there = (element) => element.getClientRects().length > 0 && !element.disabled;
const held = () => document.querySelector("dialog[open]");

export function startKeys() {
  const sheet = document.getElementById("sheet");
  if (!sheet) return;
  document.addEventListener("keydown", (event) => pressed(event, sheet));
  const off = document.getElementById("sheet-off");
  off.checked = isOff();
  off.addEventListener("change", () => localStorage.setItem(OFF, off.checked ? "yes" : "no"));
  for (const button of document.querySelectorAll("[data-opens-sheet]")) {
    button.hidden = false;
    button.addEventListener("click", () => open(sheet));
  }
}

function pressed(event, sheet) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.repeat) return;
  if (typing(event.target)) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  if (held() || isOff()) return;
  if (event.key === "?") {
    open(sheet);
  } else if (event.key === "g") {
    began = event.timeStamp;
    return;
  } else {
    const after = event.timeStamp - began < PATIENCE;
    began = -Infinity;
    if (!(after ? go(event.key) : act(event.key))) return;
  }
  event.preventDefault();
}

function go(key) {
  const line = document.querySelector(`[data-go="${CSS.escape(key)}"]`);
  line?.click();
  return Boolean(line);
}

// Do what the first element that can be seen and has this key does: a field takes the focus.
function act(key) {
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(there);
  if (!found) return false;
  if (found.matches("textarea, select, input:not([type=checkbox], [type=radio])")) found.focus();
  else found.click();
  return true;
}

function open(sheet) {
  const place = document.getElementById("sheet-keys");
  const here = new Map();
  for (const each of document.querySelectorAll("[data-key]")) {
    if (there(each) && each.dataset.keySays) here.set(each.dataset.key, each.dataset.keySays);
  }
  const around = new Map([["?", "This sheet"]]);
  for (const each of document.querySelectorAll(".side [data-go]")) around.set(`g ${each.dataset.go}`, each.textContent.trim());
  const parts = [...(here.size ? [["On this page", here]] : []), ["Everywhere", around]];
  place.replaceChildren(...parts.flatMap(([title, keys]) => [heading(title), list(keys)]));
  sheet.showModal();
}

function heading(title) {
  const made = document.createElement("h3");
  made.textContent = title;
  return made;
}

function list(keys) {
  const made = document.createElement("ul");
  made.className = "keys";
  for (const [key, says] of keys) {
    const line = document.createElement("li");
    const words = document.createElement("span");
    words.textContent = says;
    const caps = document.createElement("span");
    for (const each of key.split(" ")) {
      const cap = document.createElement("kbd");
      cap.textContent = each;
      caps.append(cap, " ");
    }
    line.append(words, caps);
    made.append(line);
  }
  return made;
}
