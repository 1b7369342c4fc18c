// What a file is, by how it begins.

const HEAD_BYTES = 200;

const PICTURES = new Set(["avif", "avis", "heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]);

async function headOf(file) {
  return String.fromCharCode(...new Uint8Array(await file.slice(0, HEAD_BYTES).arrayBuffer()));
}

// Whether it is a picture of a kind that browsers or cameras know, though this one may not show it.
export async function looksLikePicture(file) {
  const text = await headOf(file);
  if (text.slice(4, 8) === "ftyp") return PICTURES.has(text.slice(8, 12));
  if (text.startsWith("RIFF")) return text.slice(8, 12) === "WEBP";
  const starts = ["\xff\xd8\xff", "\x89PNG", "GIF8", "BM", "\xff\x0a", "\xff\x4f\xff\x51", "8BPS", "FUJIFILM"];
  const raw = ["II*\0", "MM\0*", "II+\0", "MM\0+", "IIU\0", "IIRO", "MMOR", "\0\0\x01\0"];
  const boxes = ["JXL ", "jP  "];
  return [...starts, ...raw].some((start) => text.startsWith(start)) || boxes.includes(text.slice(4, 8));
}

// Whether it is a video: then it isn't given to the decoder of pictures, which would take it into
// memory whole. Of MP4 and its kin, Matroska and WebM, AVI, Ogg, FLV, MPEG program streams, ASF.
export async function looksLikeVideo(file) {
  const text = await headOf(file);
  if (text.slice(4, 8) === "ftyp") return !PICTURES.has(text.slice(8, 12));
  if (text.startsWith("RIFF")) return text.slice(8, 12) === "AVI ";
  const starts = ["\x1a\x45\xdf\xa3", "OggS", "FLV\x01", "\x00\x00\x01\xba", "\x00\x00\x01\xb3", "\x30\x26\xb2\x75"];
  // QuickTime files may begin with any of these, without saying what they are.
  const boxes = ["moov", "mdat", "wide", "free", "skip"];
  // MPEG transport streams begin each of their packets with a G.
  const packets = (text[0] === "G" && text[188] === "G") || (text[4] === "G" && text[196] === "G");
  return packets || starts.some((start) => text.startsWith(start)) || boxes.includes(text.slice(4, 8));
}
