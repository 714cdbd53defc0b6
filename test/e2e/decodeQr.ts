import jsqr from 'jsqr';
import { PNG } from 'pngjs';

/**
 * Returns the text that a phone reads from a picture, or undefined without a QR code. It looks for dark on
 * light only, because some scanners do not look for the opposite.
 */
export function decodeQr(png: Buffer): string | undefined {
  const { data, width, height } = PNG.sync.read(png);
  return jsqr(new Uint8ClampedArray(data), width, height, { inversionAttempts: 'dontInvert' })?.data;
}
