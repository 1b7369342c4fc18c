// Passkeys: the server's question is handed to the browser, and its answer sent in a form.
// A form says with data-passkey what is asked ("make" or "show") and with data-ask where to.
import { send, Refused } from "./asking.js";

export function startPasskeys() {
  if (!window.PublicKeyCredential) return;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      if (form.elements.answer.value) return;
      event.preventDefault();
      answer(form);
    });
  }
  for (const note of document.querySelectorAll("[data-without-passkeys]")) note.hidden = true;
}

async function answer(form) {
  const button = form.querySelector("button");
  const problem = form.querySelector("[data-problem]");
  button.disabled = true;
  problem.hidden = true;
  try {
    const { options } = await (await send(form.dataset.ask)).json();
    const made = form.dataset.passkey === "make"
      ? await navigator.credentials.create({ publicKey: toMake(options.publicKey) })
      : await navigator.credentials.get({ publicKey: toShow(options.publicKey) });
    form.elements.answer.value = JSON.stringify(asJson(made));
    form.submit();
  } catch (error) {
    problem.textContent = wordsOf(error);
    problem.hidden = false;
    button.disabled = false;
    button.focus();
  }
}

function wordsOf(error) {
  if (error instanceof Refused) return error.message;
  if (error.name === "InvalidStateError") return "This device has a passkey for this account already.";
  if (error.name === "NotAllowedError") return "The browser was not given a passkey. Try once more.";
  return "This browser can't do it here. Use an authenticator app instead.";
}

function toMake(asked) {
  return {
    ...asked,
    challenge: bytesOf(asked.challenge),
    user: { ...asked.user, id: bytesOf(asked.user.id) },
    excludeCredentials: known(asked.excludeCredentials),
  };
}

function toShow(asked) {
  return { ...asked, challenge: bytesOf(asked.challenge), allowCredentials: known(asked.allowCredentials) };
}

function known(list = []) {
  return list.map((each) => ({ ...each, id: bytesOf(each.id) }));
}

// As PublicKeyCredential.toJSON gives it, which not every browser has yet.
function asJson(made) {
  const given = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[name]) given[name] = textOf(made.response[name]);
  }
  const id = textOf(made.rawId);
  return { id, rawId: id, type: made.type, response: given, clientExtensionResults: made.getClientExtensionResults() };
}

function bytesOf(text) {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (sign) => sign.charCodeAt(0));
}

function textOf(buffer) {
  let plain = "";
  for (const byte of new Uint8Array(buffer)) plain += String.fromCharCode(byte);
  return btoa(plain).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}
