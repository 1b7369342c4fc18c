// A small receiver: verifies, takes each event once, and keeps the newest state of each case.
// HEDGEROW_WEBHOOK_SECRET=whsec_… node examples/webhooks/receive.mjs events.ndjson 8000
import { appendFileSync, existsSync, readFileSync, truncateSync } from "node:fs";
import { createServer } from "node:http";
import { Refused, verify } from "./verify.mjs";

const MAX_BYTES = 1_000_000;
const [file, port] = process.argv.slice(2);
const seen = new Set();
const cases = new Map();

/** Know an event and what it says of its case. */
function know({ number, event }) {
  seen.add(number);
  const { case: id, status, outcome } = event.data;
  // What was committed earlier may arrive later: the larger sequence is the newer state.
  if (id !== undefined && event.sequence > (cases.get(id)?.sequence ?? 0))
    cases.set(id, { sequence: event.sequence, status, outcome });
}

/** Do what an event asks for, once. It is on disk before anybody is told that it was taken. */
function take(number, event) {
  if (seen.has(number)) return;
  appendFileSync(file, JSON.stringify({ number, event }) + "\n", { flush: true });
  know({ number, event });
}

async function read(request) {
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > MAX_BYTES) return null;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

async function answer(request) {
  if (request.method === "GET") return [200, JSON.stringify(Object.fromEntries(cases))];
  const body = await read(request);
  if (body === null) return [413];
  try {
    const number = verify(process.env.HEDGEROW_WEBHOOK_SECRET, request.headers, body);
    take(number, JSON.parse(body));
    return [204]; // taken, now or before
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    console.error(`refused: ${error.message}`);
    return [400]; // not from Hedgerow
  }
}

if (existsSync(file)) {
  const text = readFileSync(file, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1); // the last line may have been cut off
  truncateSync(file, Buffer.byteLength(whole));
  whole.split("\n").filter(Boolean).forEach((line) => know(JSON.parse(line)));
}
const server = createServer((request, response) =>
  answer(request).then(
    ([status, text]) => response.writeHead(status).end(text),
    (error) => {
      console.error(error); // it wasn't taken, and comes again
      response.writeHead(500).end();
    },
  ),
);
server.listen(Number(port), "127.0.0.1", () =>
  console.log(`http://127.0.0.1:${server.address().port}`),
);
