/** Names and error messages are shorter. A longer text would push our own words out of sight. */
const MAX_CHARACTERS = 120;

/**
 * Makes text from outside, such as a name, safe to show anywhere in VS Code: on one line, well-formed, and at
 * most `maxCharacters` characters long. VS Code turns `[text](command:…)` in a message into a link that runs
 * a command, and `$(name)` in a label into an icon. Control characters and invisible characters can hide or
 * reorder words.
 */
export function safeText(text: string, maxCharacters = MAX_CHARACTERS): string {
  const plain = text
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/[\p{Cf}\p{DI}\u2800]/gu, '')
    .replace(/\](?=\()/g, '] ')
    .replace(/\$(?=\()/g, '$ ')
    .trim();
  const characters = Array.from(plain);
  return characters.length > maxCharacters ? `${characters.slice(0, maxCharacters).join('')}…` : plain;
}

/**
 * Makes text from outside safe and readable in a message that has links. VS Code takes all that follows a `[`
 * for the text of the next link, so brackets become full-width brackets, which look the same and mean nothing
 * to it.
 */
export function besideLinks(text: string): string {
  return safeText(text.replaceAll('[', '［').replaceAll(']', '］'));
}
