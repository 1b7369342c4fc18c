// Lists of cases by keyboard: j and k move, x ticks, Enter opens (it is a link).

export function startRows() {
  const table = document.querySelector("[data-rows]");
  if (!table) return;
  const links = [...table.querySelectorAll("[data-row]")];
  const move = (step) => {
    const at = links.indexOf(document.activeElement.closest("tr")?.querySelector("[data-row]"));
    const to = links[Math.max(0, Math.min(links.length - 1, at < 0 ? 0 : at + step))];
    to?.focus();
    to?.scrollIntoView({ block: "nearest" });
  };
  const tick = () => document.activeElement.closest("tr")?.querySelector("input[type=checkbox]")?.click();
  for (const [key, says, act] of [
    ["j", "Next row", () => move(1)],
    ["k", "Row before", () => move(-1)],
    ["x", "Tick the row", tick],
  ]) {
    table.before(hook(key, says, act));
  }
  tickAll(table);
}

// A key without a button of its own: something for the shortcuts to find.
function hook(key, says, act) {
  const made = document.createElement("span");
  made.className = "unseen";
  made.dataset.key = key;
  made.dataset.keySays = says;
  made.setAttribute("aria-hidden", "true");
  made.addEventListener("click", act);
  return made;
}

function tickAll(table) {
  const all = table.querySelector("[data-ticks-all]");
  if (!all) return;
  all.hidden = false;
  const boxes = () => [...table.querySelectorAll('tbody input[type="checkbox"]:not(:disabled)')];
  all.addEventListener("change", () => boxes().forEach((box) => (box.checked = all.checked)));
  table.addEventListener("change", () => (all.checked = boxes().every((box) => box.checked)));
}
