// From what the hashing found to what is sent: hashes, and nothing else.

export function asSent(file, { kind, signals }) {
  const media = kind ?? (file.type.startsWith("video/") ? "video" : "picture");
  const sent = { media, sha256: signals.sha256.value, md5: signals.md5.value };
  if (signals.pdq) {
    sent.pdq = signals.pdq.value;
    sent.quality = signals.pdq.quality;
  }
  if (signals.frames) {
    sent.frames = signals.frames.map((each) => [each.number, each.quality, each.pdq, each.seconds].join());
  }
  return sent;
}

export function filled(words, values) {
  return Object.entries(values).reduce((text, [name, value]) => text.replace(`{${name}}`, value), words);
}
