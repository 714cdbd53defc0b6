import { safeText } from '../base/safeText.ts';
import { grantOf } from '../sessions/grants.ts';
import type { SessionRecord } from '../sessions/record.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { settings } from '../settings.ts';

/** Shorter texts are part of too many words. */
const MIN_CHARACTERS = 3;
/** Longer than any line of the log. */
const MAX_CHARACTERS = 300;
/** Words with dots: our settings, and versions. */
const NO_HOST = /^(?:bapIdentity\.[\w.]+|\d+\.\d+(?:\.\d+)?)$/;

/**
 * Redacts one line of the log for a report that the user may publish. By rule the log holds nothing secret or personal.
 * In case a line breaks the rule, this removes the texts in `known`, and everything that looks like a URL, an email
 * address, a file path, a user code or a token. A host can reveal where the user works: each is removed that is not in
 * `publicHosts`, whether in the brackets of `loggedHost` or in another place.
 */
export function redact(line: string, known: readonly string[], publicHosts: readonly string[]): string {
  const host = (name: string): string => (publicHosts.includes(name) ? name : '[host]');
  const longestFirst = known
    .filter(({ length }) => length >= MIN_CHARACTERS)
    .sort((a, b) => b.length - a.length);
  const text = longestFirst.reduce(
    (rest, each) => rest.replaceAll(each, '[…]'),
    line.replace(/<([^<>\s]*)>/g, (_, name: string) => host(name)),
  );
  return safeText(
    text
      .replace(/[a-z][a-z0-9+.-]*:\/\/[^\s"'<>]+/gi, '[address]')
      .replace(/[^\s"'<>]+@[^\s"'<>]+/g, '[mail]')
      .replace(/(?<![^\s"'(:=])(?:[a-z]:\\|~\/|\/)[^\s"'<>]+/gi, '[path]')
      .replace(/\[[\da-f:.]*:[\da-f:.]*\](?::\d+)?/gi, '[host]') // IPv6
      .replace(/(?:[\p{L}\p{N}_-]+\.)+[\p{L}\p{N}_-]+(?::\d+)?|[\p{L}\p{N}_-]+:\d+/gu, (name) =>
        NO_HOST.test(name) ? name : host(name),
      )
      .replace(/\b[A-Z0-9]{4}-[A-Z0-9]{4}\b/g, '[code]')
      // A token contains a digit. A long word without one is the name or the code of an error.
      .replace(/[\w~+=-]{16,}/g, (word) => (/\d/.test(word) ? '[…]' : word)),
    MAX_CHARACTERS,
  ).replaceAll('`', "'");
}

/** Every text in the stored sessions that is secret or identifies someone. */
export function personalTexts({ store }: Pick<Sessions, 'store'>): string[] {
  return store.records().flatMap((record) => [record.id, ...textsOf(record)]);
}

/** The hosts of the servers that the settings name by default. Every other one can reveal where the user works. */
export function publicHosts({ byService }: Pick<Sessions, 'byService'>): string[] {
  const servers = byService.map(({ service }) => service.servers().defaultServer);
  return [...servers, settings.clawnetApiUrl.default].flatMap((url) => URL.parse(url ?? '')?.host ?? []);
}

function textsOf(record: SessionRecord): string[] {
  if (record.state === 'removed') return [];
  const grant = grantOf(record);
  return [...textsIn(record.person), ...textsIn([grant?.accessToken, grant?.refreshToken, grant?.idToken])];
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
}
