// What the threshold that is typed would have done to the matches that were decided.

export function startBits() {
  const box = document.querySelector("[data-decided]");
  if (!box) return;
  const decided = JSON.parse(box.dataset.decided);
  const field = box.querySelector("input");
  field.addEventListener("input", () => {
    // Who types a threshold proposes one.
    field.form.elements.propose.value = "threshold";
    const bits = field.valueAsNumber;
    if (Number.isNaN(bits)) return;
    const told = { bits, keeps: 0, loses: 0, spares: 0 };
    for (const [distance, confirmed, disputed] of decided) {
      told[distance <= bits ? "keeps" : "loses"] += confirmed;
      if (distance > bits) told.spares += disputed;
    }
    for (const [name, number] of Object.entries(told)) box.querySelector(`[data-${name}]`).textContent = number;
  });
}
