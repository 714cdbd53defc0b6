import jsqr from 'jsqr';
import { PNG } from 'pngjs';

/**
 * Decodes the QR code in a PNG, or returns undefined if there is none. Only dark on light counts, because some scanners
 * cannot read inverted codes.
 */
export function decodeQr(png: Buffer): string | undefined {
  const { data, width, height } = PNG.sync.read(png);
  return jsqr(new Uint8ClampedArray(data), width, height, { inversionAttempts: 'dontInvert' })?.data;
}
