import { escapeHtml } from '../html.ts';

/** The words of the page as they are to be read, and the drawing. */
export interface QrPage {
  readonly language: string;
  readonly title: string;
  /** Absent when the address is too long for a QR code. */
  readonly svg: string | undefined;
  /** What to do. */
  readonly instruction: string;
  readonly code: string | undefined;
  /** Where else the code can be entered. */
  readonly elsewhere: string | undefined;
}

/**
 * The drawing comes last for screen readers, and first for the eye. It is on screen as a whole, however small the
 * editor: half a QR code says nothing to a phone.
 */
const STYLE = `
body { padding: 1rem 1.5rem; }
main { display: flex; flex-wrap: wrap; gap: 1rem 2rem; align-items: center; }
svg { order: -1; max-width: min(100%, 100vh - 2rem); height: auto; forced-color-adjust: none; }
div { flex: 1 1 16rem; max-width: 32rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 1.5em; font-weight: 600; }
p { margin: 0 0 1rem; line-height: 1.5; }
strong { font: 600 max(2.5rem, 3em) / 1.2 var(--vscode-editor-font-family, monospace); user-select: all; }
`;

/** The page as HTML that can run nothing and load nothing, with all that it needs in itself. */
export function qrPage({ language, title, svg, instruction, code, elsewhere }: QrPage): string {
  const nonce = crypto.randomUUID();
  const paragraphs = [
    escapeHtml(instruction),
    ...(code === undefined ? [] : [`<strong>${escapeHtml(code)}</strong>`]),
    ...(elsewhere === undefined ? [] : [escapeHtml(elsewhere)]),
  ];
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'nonce-${nonce}'">
<title>${escapeHtml(title)}</title>
<style nonce="${nonce}">${STYLE}</style>
</head>
<body>
<main>
<div><h1>${escapeHtml(title)}</h1>${paragraphs.map((paragraph) => `<p>${paragraph}</p>`).join('')}</div>
${svg ?? ''}
</main>
</body>
</html>`;
}
