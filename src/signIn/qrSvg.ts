import { generate, mode } from 'lean-qr';
import { toSvgPath } from 'lean-qr/extras/svg';

import { escapeHtml } from '../base/html.ts';

/** The largest QR code holds this many bytes (ISO/IEC 18004, version 40-L). */
const MAX_BYTES = 2953;
/** The margin that scanners need, in modules (ISO/IEC 18004). */
const QUIET_ZONE = 4;
/** Large enough for a phone held at arm's length. */
const PIXELS_PER_MODULE = 8;

/**
 * The text as a QR code in SVG, or undefined when the text is too long. `label` is the text for screen
 * readers. The drawing has its own colours, because scanners need dark on light in every theme. It draws its
 * background too: forced colours would remove the background of a page.
 */
export function qrSvg(text: string, label: string): string | undefined {
  const code = encoded(text);
  if (code === undefined) return undefined;
  const side = code.size + 2 * QUIET_ZONE;
  const pixels = side * PIXELS_PER_MODULE;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${escapeHtml(label)}"`,
    ` viewBox="${-QUIET_ZONE} ${-QUIET_ZONE} ${side} ${side}" width="${pixels}" height="${pixels}">`,
    `<path fill="#fff" d="M${-QUIET_ZONE} ${-QUIET_ZONE}h${side}v${side}h${-side}z"/>`,
    `<path fill="#000" d="${toSvgPath(code)}"/></svg>`,
  ].join('');
}

/**
 * Encodes the text as bytes only, because every scanner reads that. Some scanners show the mark of a
 * character set (ECI) as text, or fail when the mode changes inside the code.
 */
function encoded(text: string): ReturnType<typeof generate> | undefined {
  const bytes = new TextEncoder().encode(text);
  return bytes.length > MAX_BYTES ? undefined : generate(mode.bytes(bytes));
}
