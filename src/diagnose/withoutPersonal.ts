import { safeText } from '../base/safeText.ts';

/** A shorter text is part of too many words. */
const SHORTEST = 3;
/** A line of the log is shorter. */
const MAX_CHARACTERS = 300;

/**
 * One line of the log for a report that strangers read. The log holds nothing secret or personal by rule. Should a line
 * break the rule, this takes out what is in `known`, and whatever looks like an address, a mail address, a path of a
 * file, a code or a token.
 */
export function withoutPersonal(line: string, known: readonly string[]): string {
  const longestFirst = known.filter(({ length }) => length >= SHORTEST).sort((a, b) => b.length - a.length);
  const text = longestFirst.reduce((rest, each) => rest.replaceAll(each, '[…]'), line);
  return safeText(
    text
      .replace(/[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi, '[address]')
      .replace(/[^\s"'<>]+@[^\s"'<>]+/g, '[mail]')
      .replace(/(?<![^\s"'(:=])(?:[a-z]:\\|~\/|\/)[^\s"'<>]+/gi, '[path]')
      .replace(/\b[A-Z0-9]{4}-[A-Z0-9]{4}\b/g, '[code]')
      // A token has a digit. A long word without one is the name or the code of an error.
      .replace(/[\w~+=-]{16,}/g, (word) => (/\d/.test(word) ? '[…]' : word)),
    MAX_CHARACTERS,
  ).replaceAll('`', "'");
}
