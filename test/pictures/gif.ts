import gifenc from 'gifenc';
import { PNG } from 'pngjs';

/** GIF has 256 colours. The last one stands for "as in the picture before". */
const COLOURS = 255;
const UNCHANGED = 255;
/** GIF: leave the picture before in place, and draw over it. */
const KEEP = 1;

export interface Frame {
  /** All frames have the same size. */
  readonly png: Buffer;
  readonly showMs: number;
}

/** Joins pictures to a moving one that begins again and again. Only what changes is stored of each. */
export function toGif(frames: readonly Frame[]): Uint8Array {
  const pictures = frames.map(({ png, showMs }) => ({ picture: PNG.sync.read(png), showMs }));
  const all = Buffer.concat(pictures.map(({ picture }) => picture.data));
  const palette = gifenc.quantize(new Uint8Array(all), COLOURS);
  while (palette.length <= UNCHANGED) palette.push([0, 0, 0]);
  const encoder = gifenc.GIFEncoder();
  let before: Uint8Array | undefined;
  for (const {
    picture: { data, width, height },
    showMs,
  } of pictures) {
    const now = gifenc.applyPalette(new Uint8Array(data), palette.slice(0, COLOURS));
    const last = before;
    const indexes =
      last === undefined ? now : now.map((colour, at) => (colour === last[at] ? UNCHANGED : colour));
    encoder.writeFrame(indexes, width, height, {
      delay: showMs,
      transparent: true,
      transparentIndex: UNCHANGED,
      dispose: KEEP,
      ...(last === undefined ? { palette } : {}),
    });
    before = now;
  }
  encoder.finish();
  return encoder.bytes();
}
