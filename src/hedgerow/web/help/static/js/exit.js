// Leaving fast: the screen is cleared first, and only then the harmless page is opened in place of
// this one. By the button, or by pressing Shift three times within five seconds.

import { letGo } from "./keeping.js";

const PRESSES = 3;
const WITHIN_MS = 5000;

// Clears the screen at once. What has been shown is taken out of the page, not only covered: a
// screen reader is to fall silent, too.
function blank() {
  document.title = "";
  document.documentElement.className = "left";
  document.body.replaceChildren();
}

// Closes the open case, if there is one, without waiting for an answer.
function close({ leave, token }) {
  if (!leave) return;
  const body = new URLSearchParams({ form_token: token });
  fetch(leave, { method: "POST", body, keepalive: true, redirect: "manual" }).catch(() => {});
}

export function leave(address) {
  const { leave: path, token } = document.body.dataset;
  letGo();
  blank();
  close({ leave: path, token });
  location.replace(address);
}

export function watch(button, said) {
  const words = { ...button.dataset };
  const go = () => {
    said.textContent = words.said;
    leave(words.href);
  };
  button.addEventListener("click", (event) => {
    event.preventDefault();
    go();
  });
  let pressed = [];
  addEventListener("keydown", (event) => {
    if (event.key !== "Shift") {
      pressed = []; // capital letters are no wish to leave
      return;
    }
    if (event.repeat) return;
    pressed = [...pressed.filter((at) => event.timeStamp - at < WITHIN_MS), event.timeStamp];
    if (pressed.length === PRESSES) go();
    else said.textContent = pressed.length === 1 ? words.more : words.again;
  });
  // What the browser kept of a page that was left is never shown again as it was.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
}
