import { escapeHtml } from '../base/html.ts';

/** The texts of the page in the person's language, and the drawing. */
export interface QrPage {
  readonly language: string;
  readonly title: string;
  /** Absent when the address is too long for a QR code. */
  readonly svg: string | undefined;
  /** What the person does with the QR code. */
  readonly instruction: string;
  readonly code: string | undefined;
  /** What the person must know before they approve. */
  readonly warning: string;
  /** Where the person can enter the code instead. */
  readonly elsewhere: string | undefined;
}

/**
 * The drawing is the last element for screen readers, and the first on screen. It becomes smaller in a small
 * editor, because a phone needs to see all of the QR code.
 */
const STYLE = `
body { padding: 1rem 1.5rem; background: var(--vscode-editor-background); }
main { display: flex; flex-wrap: wrap; gap: 1rem 2rem; align-items: center; }
svg { order: -1; max-width: min(100%, 100vh - 2rem); height: auto; forced-color-adjust: none; }
div { flex: 1 1 16rem; max-width: 32rem; overflow-wrap: anywhere; }
h1 { margin: 0 0 1rem; font-size: 1.5em; font-weight: 600; }
p { margin: 0 0 1rem; line-height: 1.5; }
strong { font: 600 max(2.5rem, 3em) / 1.2 var(--vscode-editor-font-family, monospace); user-select: all; }
`;

/** The page as HTML. It contains all that it needs: it can run no script and load no file. */
export function qrPage({ language, title, svg, instruction, code, elsewhere, warning }: QrPage): string {
  const nonce = crypto.randomUUID();
  const paragraphs = [
    escapeHtml(instruction),
    ...(code === undefined ? [] : [`<strong>${escapeHtml(code)}</strong>`]),
    ...(elsewhere === undefined ? [] : [escapeHtml(elsewhere)]),
    escapeHtml(warning),
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
