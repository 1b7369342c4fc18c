// At which moments a video is looked at: as hedgerow/media/sampling.py has it, so that the frames
// are those which the server looks at in an upload.

const SECONDS_APART = 1;
const FEWEST = 8; // frames of any video that has as many
const ENOUGH = 120; // frames up to which a video is looked at more closely than once a second
const CLOSER = [0.25, 0.5]; // seconds apart that frames are then
const ROUNDING = 0.002; // seconds by which a container may have rounded the time of a frame
const WHOLE = 0.01; // what a rate that was measured may lack for the whole number that it means

export const USUAL_FRAME_SECONDS = 1 / 30;

// The seconds to seek to. A browser shows the frame that began before a moment; the server takes
// the first that begins at or after it, so what is sought is nearly a frame later.
// seconds: of the whole video. frameSeconds: how long one frame is shown. most: frames wanted.
export function momentsOf(seconds, frameSeconds, most) {
  const rate = 1 / frameSeconds;
  for (const every of CLOSER) {
    const frames = seconds / every;
    if (FEWEST <= frames && frames <= Math.min(ENOUGH, most) && every * rate > 1) {
      return spread(every, Math.max(frameSeconds - ROUNDING, 0), seconds);
    }
  }
  const count = Math.max(1, Math.floor(seconds * rate + WHOLE));
  const usual = Math.max(1, Math.floor(SECONDS_APART * rate + WHOLE));
  const step = Math.max(Math.min(usual, Math.floor(count / FEWEST)), Math.ceil(count / most), 1);
  // By number, as the reference has it: the middle of each frame is sought.
  return spread(step * frameSeconds, frameSeconds / 2, seconds);
}

// 0, and then the multiples of `every`, each so much `later`, before the end.
function spread(every, later, seconds) {
  const moments = [0];
  for (let number = 1; number * every + later < seconds; number++) moments.push(number * every + later);
  return moments;
}
