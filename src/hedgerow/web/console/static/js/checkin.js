// A check-in with oneself. It is kept by this browser and never sent: there is no request here.

const MOST = 60; // the latest check-ins are kept, about two months of working days
const WORDS = ["", "bad", "not so good", "so-so", "all right", "good"];

export function startCheckIn() {
  const place = document.querySelector("[data-check-in]");
  if (place) new CheckIn(place).begin();
}

class CheckIn {
  constructor(place) {
    this.key = `hedgerow.check-in.${place.dataset.checkIn}`;
    this.form = place.querySelector("form");
    this.list = place.querySelector("[data-kept]");
    this.kind = place.querySelector("[data-kind]");
  }

  begin() {
    this.form.hidden = false;
    this.form.addEventListener("submit", (event) => this.keep(event));
    this.form.querySelector("[data-forget]").addEventListener("click", () => this.forget());
    this.show();
  }

  read() {
    try {
      const found = JSON.parse(localStorage.getItem(this.key) ?? "[]");
      return Array.isArray(found) ? found : [];
    } catch {
      return []; // not ours: it is written over with the next one
    }
  }

  keep(event) {
    event.preventDefault();
    const words = this.form.querySelector("textarea");
    const mood = Number(new FormData(this.form).get("mood"));
    const kept = [{ at: new Date().toISOString(), mood, words: words.value.trim() }, ...this.read()];
    localStorage.setItem(this.key, JSON.stringify(kept.slice(0, MOST)));
    this.kind.hidden = mood > 2;
    this.form.reset();
    this.show();
  }

  forget() {
    localStorage.removeItem(this.key);
    this.kind.hidden = true;
    this.show();
  }

  show() {
    this.list.replaceChildren(...this.read().map(line));
    this.list.hidden = !this.list.children.length;
  }
}

function line({ at, mood, words }) {
  const made = document.createElement("li");
  const when = document.createElement("time");
  when.dateTime = at;
  when.textContent = new Date(at).toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  const many = document.createElement("span");
  many.className = "many";
  many.setAttribute("role", "img");
  many.setAttribute("aria-label", WORDS[mood] ?? "");
  for (let i = 1; i <= 5; i += 1) {
    const dot = document.createElement("i");
    if (i <= mood) dot.className = "on";
    many.append(dot);
  }
  const said = document.createElement("p");
  said.textContent = words || (WORDS[mood] ?? "");
  made.append(when, many, said);
  return made;
}
