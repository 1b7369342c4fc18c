// What exists on this page alone: number and code, to print or to save, or hashes that aren't sent.
// The file is made here; nothing is asked of the server.

const ask = (event) => event.preventDefault();

// From now on the browser asks before the page is left.
export function hold() {
  addEventListener("beforeunload", ask);
}

// It doesn't ask any more.
export function letGo() {
  removeEventListener("beforeunload", ask);
}

export function keep(heading, number, words, digits) {
  const text = [heading, "", number, words, digits, ""].join("\r\n");
  const save = document.getElementById("save");
  const print = document.getElementById("print");
  save.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  print.addEventListener("click", () => window.print());
  hold();
  for (const each of [save, print, document.getElementById("kept")]) each.addEventListener("click", letGo);
}
