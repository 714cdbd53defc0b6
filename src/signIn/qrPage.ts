import { generate, mode } from 'lean-qr';
import { toSvgPath } from 'lean-qr/extras/svg';

import { type Html, html } from '../base/html.ts';

/** The localized texts of the page, and the drawing. */
export interface QrPage {
  readonly language: string;
  readonly title: string;
  /** Absent when the address is too long for a QR code. */
  readonly svg: Html | undefined;
  /** How to use the QR code. */
  readonly instruction: string;
  readonly code: string | undefined;
  /** What users must know before they approve. */
  readonly warning: string;
  /** Where to enter the code instead. */
  readonly elsewhere: string | undefined;
}

/**
 * The drawing is the last element for screen readers, and the first on screen. It becomes smaller in a small
 * editor, because a phone needs to see all of the QR code. Nothing can be selected, because another extension could
 * select and copy all of it by commands (seen in 1.139).
 */
const STYLE = html`
body { user-select: none; padding: 1rem 1.5rem; background: var(--vscode-editor-background); }
main { display: flex; flex-wrap: wrap; gap: 1rem 2rem; align-items: center; }
svg { order: -1; max-width: min(100%, 100vh - 2rem); height: auto; forced-color-adjust: none; }
div { flex: 1 1 16rem; max-width: 32rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 1.5em; font-weight: 600; }
p { margin: 0 0 1rem; line-height: 1.5; }
strong { font: 600 max(2.5rem, 3em) / 1.2 var(--vscode-editor-font-family, monospace); }
`;

/** The page as HTML. It is self-contained: it runs no script and loads no file. */
export function qrPage({ language, title, svg, instruction, code, elsewhere, warning }: QrPage): string {
  const nonce = crypto.randomUUID();
  const paragraphs = [instruction, code !== undefined && html`<strong>${code}</strong>`, elsewhere, warning];
  const page = html`<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'">
<title>${title}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
<div><h1>${title}</h1>${paragraphs.map((paragraph) => paragraph && html`<p>${paragraph}</p>`)}</div>
${svg}
</main>
</body>
</html>`;
  return page.toString();
}

/** The largest QR code holds this many bytes (ISO/IEC 18004, version 40-L). */
const MAX_BYTES = 2953;
/** The margin that scanners need, in modules (ISO/IEC 18004). */
const QUIET_ZONE = 4;
/** Large enough for a phone held at arm's length. */
const PIXELS_PER_MODULE = 8;

/**
 * The text as a QR code in SVG, or undefined when the text is too long. `label` is the text for screen
 * readers. The drawing has its own colors, because scanners need dark on light in every theme. It draws its own
 * background, because forced colors would remove the background of a page.
 */
export function qrSvg(text: string, label: string): Html | undefined {
  const code = encoded(text);
  if (code === undefined) return undefined;
  const side = code.size + 2 * QUIET_ZONE;
  const pixels = side * PIXELS_PER_MODULE;
  return html`<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="${label}"
 viewBox="${-QUIET_ZONE} ${-QUIET_ZONE} ${side} ${side}" width="${pixels}" height="${pixels}"
><path fill="#fff" d="M${-QUIET_ZONE} ${-QUIET_ZONE}h${side}v${side}h${-side}z"/><path fill="#000" d="${toSvgPath(code)}"/></svg>`;
}

/**
 * Encodes the text as bytes only, because every scanner reads that. Some scanners show the mark of a
 * character set (ECI) as text, or fail when the mode changes inside the code.
 */
function encoded(text: string): ReturnType<typeof generate> | undefined {
  const bytes = new TextEncoder().encode(text);
  return bytes.length > MAX_BYTES ? undefined : generate(mode.bytes(bytes));
}
