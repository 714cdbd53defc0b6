/** The operating systems, by Node's names for them, as users know them. */
const SYSTEMS: ReadonlyMap<string, string> = new Map([
  ['darwin', 'macOS'],
  ['linux', 'Linux'],
  ['win32', 'Windows'],
]);

/** Longer than the name of any editor. */
const MAX_CHARACTERS = 60;

/**
 * The `User-Agent` of every request, such as `BAP-Identity/0.1.0 (Visual Studio Code 1.105.0; macOS)`. Services show it
 * in the list of the user's sessions, so it is in words that the user recognizes. It holds nothing personal. `system`
 * is Node's name.
 */
export function userAgent(
  version: string,
  editor: { readonly name: string; readonly version: string },
  system: string,
): string {
  const name = commentText(editor.name) || 'editor';
  return `BAP-Identity/${version} (${name} ${commentText(editor.version)}; ${SYSTEMS.get(system) ?? commentText(system)})`;
}

/** The text in the characters that a comment can have (RFC 9110 §5.6.5), without the one that separates its parts. */
function commentText(text: string): string {
  const ascii = text
    .normalize('NFKD')
    .replace(/\p{Dash}/gu, '-')
    .replace(/\p{M}/gu, '')
    .replace(/[^\x21-\x7e]|[()\\;]/g, ' ')
    .replace(/ +/g, ' ');
  return ascii.trim().slice(0, MAX_CHARACTERS).trim();
}
