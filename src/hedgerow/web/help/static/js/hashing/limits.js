// What hashing in a browser may cost. A file within them is read a piece at a time.

// Bytes of a file. Reading and both digests take about a minute a gigabyte on a slow telephone.
export const MOST_BYTES = 4 * 2 ** 30;

// Bytes of a picture, which the browser's decoder takes into memory whole.
export const MOST_PICTURE_BYTES = 200 * 2 ** 20;

// Frames of a video: of one that is longer than so many seconds, fewer than one a second.
export const MOST_FRAMES = 1200;

// Seconds that a browser may take to show one moment of a video.
export const SEEK_SECONDS = 20;

// Seconds that a browser may show the old moment after it says that it is at the new one.
export const LATE_SECONDS = 1;
