/** Names and error messages are shorter. Longer text would push our own words out of sight. */
const MAX_CHARACTERS = 120;

/**
 * Makes text from outside, such as a name, safe to show anywhere in VS Code: on one line, well-formed, and at most
 * `maxCharacters` characters long. In a message, VS Code turns `[text](command:…)` into a link that runs a command; in
 * a label, it turns `$(name)` into an icon. Control characters and invisible characters can hide or reorder words.
 */
export function safeText(text: string, maxCharacters = MAX_CHARACTERS): string {
  const plain = onOneLine(text.toWellFormed())
    .replace(/[\p{Cf}\p{DI}\u2800]/gu, '')
    .replace(/\](?=\()/g, '] ')
    .replace(/\$(?=\()/g, '$ ')
    .trim();
  const characters = Array.from(plain);
  return characters.length > maxCharacters ? `${characters.slice(0, maxCharacters).join('')}…` : plain;
}

/** Replaces line breaks and other control characters with spaces. */
export function onOneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

/**
 * Makes text from outside safe to show in a message that has links. VS Code takes everything after a `[` for the text
 * of the next link, so brackets become full-width brackets, which look the same and mean nothing to it.
 */
export function besideLinks(text: string): string {
  return safeText(text.replaceAll('[', '［').replaceAll(']', '］'));
}
