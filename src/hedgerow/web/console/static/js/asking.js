// Asking the server from a script, with what shows that this page is ours.

export class Refused extends Error {
  constructor(status, title, words) {
    super(words);
    this.status = status;
    this.title = title;
  }
}

// Send fields as a form; the answer is returned when it is good. Raises Refused.
export async function send(path, fields = {}, { keepalive = false } = {}) {
  const body = new URLSearchParams({ form_token: formToken() });
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  const answer = await fetch(path, {
    method: "POST",
    body,
    keepalive,
    headers: { Accept: "application/json, image/jpeg" },
    redirect: "error",
  });
  if (answer.ok) return answer;
  let told = {};
  try {
    told = await answer.json();
  } catch {
    // Not from the console itself: a proxy in between.
  }
  throw new Refused(answer.status, told.title ?? "That did not work", told.words ?? `The service answered ${answer.status}.`);
}

// Every page with a form has the token in it.
function formToken() {
  return document.querySelector('input[name="form_token"]').value;
}

// Say something to whoever listens to the page, without moving anything.
export function say(words) {
  const place = document.getElementById("said");
  if (place) place.textContent = words;
}
