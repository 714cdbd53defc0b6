import { safeText } from '../base/safeText.ts';

/**
 * Makes text from outside safe and readable in a message that has links. VS Code takes all that follows a `[`
 * for the text of the next link, so brackets become full-width brackets, which look the same and mean nothing
 * to it.
 */
export function besideLinks(text: string): string {
  return safeText(text.replaceAll('[', '［').replaceAll(']', '］'));
}
