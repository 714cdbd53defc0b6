import jsqr from 'jsqr';
import { PNG } from 'pngjs';

/**
 * What a phone reads from a picture, or undefined when it finds no QR code. Dark on light only: not every scanner
 * looks for the opposite.
 */
export function decodeQr(png: Buffer): string | undefined {
  const { data, width, height } = PNG.sync.read(png);
  return jsqr(new Uint8ClampedArray(data), width, height, { inversionAttempts: 'dontInvert' })?.data;
}
