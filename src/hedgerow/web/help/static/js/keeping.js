// Number and code, to print or to save. The file is made here; nothing is asked of the server.

export function keep(heading, number, words, digits) {
  const text = [heading, "", number, words, digits, ""].join("\r\n");
  const save = document.getElementById("save");
  save.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
  document.getElementById("print").addEventListener("click", () => print());
}
