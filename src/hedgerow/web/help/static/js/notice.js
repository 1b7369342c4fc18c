// The removal notice: says as one types which parts are there, and hashes files where there are any.
// Without it the form works just the same; the server checks it in any case.
import { Hasher } from "./hashing/hasher.js";
import { asSent, filled } from "./sending.js";

const LEAST_STATEMENT = 10;

const form = document.getElementById("notice");
const list = document.getElementById("parts");
const field = (name) => form.elements[name].value.trim();
const ticked = (name) => form.elements[name].checked;

// As the server counts them: see `survivors/validity.py`.
const there = {
  depiction: () => /\S\.\S/.test(field("urls")) || field("pictures") !== "",
  statement: () => field("statement").length >= LEAST_STATEMENT,
  good_faith: () => ticked("good_faith"),
  contact: () => [field("email"), field("phone"), field("address")].some((each) => each !== ""),
  signature: () => field("signature") !== "",
};

function check() {
  for (const line of list.children) {
    const is = there[line.dataset.part]();
    line.className = is ? "there" : "";
    line.querySelector("span").textContent = is ? list.dataset.there : list.dataset.missing;
  }
}

list.hidden = false;
form.addEventListener("input", check);
check();

const files = document.getElementById("files");
const place = document.getElementById("with-file");
const said = document.getElementById("files-said");

const buttons = [...form.querySelectorAll(".actions button")];
let waiting = 0; // files that are not hashed yet

// What is hashed is added to what is there: from this choice, from one before, or from a form that
// came back. The form can't be sent meanwhile: it would go without them.
async function add(hasher, chosen) {
  if (chosen.length === 0) return;
  waiting += chosen.length;
  hold();
  let unreadable = false;
  for (const file of chosen) {
    const told = (share) => {
      const working = filled(place.dataset.working, { percent: Math.round(share * 100) });
      said.textContent = `${working}. ${place.dataset.wait}`;
    };
    told(0);
    const result = await hasher.hash(file, told);
    waiting -= 1;
    if (result.signals.sha256 && result.signals.md5) keep(asSent(file, result));
    else unreadable = true;
  }
  hold();
  const number = kept().length;
  const ready = number > 0 ? filled(place.dataset.ready, { number }) : "";
  said.textContent = `${ready} ${unreadable ? place.dataset.unreadable : ""}`.trim();
  check();
}

const kept = () => JSON.parse(form.elements.pictures.value || "[]");

function keep(one) {
  const others = kept().filter((each) => each.sha256 !== one.sha256);
  form.elements.pictures.value = JSON.stringify([...others, one]);
}

function hold() {
  for (const button of buttons) button.disabled = waiting > 0;
}

const hasher = new Hasher();
hasher.ready.then(
  () => {
    place.hidden = false;
    files.addEventListener("change", () => {
      const chosen = [...files.files];
      files.value = "";
      add(hasher, chosen);
    });
  },
  () => {}, // an old browser: the address of the page is enough
);
