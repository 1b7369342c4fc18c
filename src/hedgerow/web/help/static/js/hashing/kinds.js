// Whether a file begins like a video: then it isn't given to the decoder of pictures, which would
// take it into memory whole.

const HEAD_BYTES = 16;

const PICTURES = new Set(["avif", "avis", "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]);

// Of MP4 and its kin, Matroska and WebM, AVI, Ogg, FLV, MPEG program streams, ASF.
export async function looksLikeVideo(file) {
  const head = new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer());
  const text = String.fromCharCode(...head);
  if (text.slice(4, 8) === "ftyp") return !PICTURES.has(text.slice(8, 12));
  if (text.startsWith("RIFF")) return text.slice(8, 12) === "AVI ";
  const starts = ["\x1a\x45\xdf\xa3", "OggS", "FLV\x01", "\x00\x00\x01\xba", "\x00\x00\x01\xb3", "\x30\x26\xb2\x75"];
  // QuickTime files may begin with any of these, without saying what they are.
  const boxes = ["moov", "mdat", "wide", "free", "skip"];
  return starts.some((start) => text.startsWith(start)) || boxes.includes(text.slice(4, 8));
}
