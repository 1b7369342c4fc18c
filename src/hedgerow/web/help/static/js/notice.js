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

async function hashAll(hasher, chosen) {
  const found = [];
  for (const file of chosen) {
    const told = (share) => {
      said.textContent = filled(place.dataset.working, { percent: Math.round(share * 100) });
    };
    const result = await hasher.hash(file, told);
    if (result.signals.sha256 && result.signals.md5) found.push(asSent(file, result));
  }
  form.elements.pictures.value = found.length > 0 ? JSON.stringify(found) : "";
  said.textContent = found.length > 0 ? filled(place.dataset.ready, { number: found.length }) : place.dataset.unreadable;
  check();
}

const hasher = new Hasher();
hasher.ready.then(
  () => {
    place.hidden = false;
    files.addEventListener("change", () => {
      const chosen = [...files.files];
      files.value = "";
      form.elements.pictures.value = "";
      hashAll(hasher, chosen);
    });
  },
  () => {}, // an old browser: the address of the page is enough
);
