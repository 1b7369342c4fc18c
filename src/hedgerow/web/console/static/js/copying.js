// Buttons that copy a text, where the browser allows it.
import { say } from "./asking.js";

export function startCopying() {
  if (!navigator.clipboard) return;
  for (const button of document.querySelectorAll("[data-copies]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.dataset.copies);
      const words = button.textContent;
      button.textContent = "copied";
      say("Copied.");
      setTimeout(() => (button.textContent = words), 2000);
    });
  }
}
