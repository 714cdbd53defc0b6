import { LAST_MOMENT_MS } from '../base/clock.ts';
import { safeText } from '../base/safeText.ts';
import type { Person } from '../services/person.ts';
import { trustedPicture } from '../services/picture.ts';
import { missingScopes } from '../sessions/accounts.ts';
import type { LiveSession } from '../sessions/record.ts';
import type { IdentityTexts } from './texts.ts';

/** Everything that the page shows of an account. It contains no token, and nothing derived from one. */
export interface IdentityCard {
  readonly name: string;
  readonly initials: string;
  readonly picture?: string;
  /** The label and the server of the service. */
  readonly service: string;
  readonly groups: readonly CardGroup[];
}

export interface CardGroup {
  readonly title: string;
  readonly rows: readonly CardRow[];
}

export interface CardRow {
  readonly label: string;
  readonly value: string;
  /** `id`: to be compared character by character. `none`: a placeholder, which cannot be copied. */
  readonly kind: 'id' | 'text' | 'none';
  /** An explanation of the value. */
  readonly note?: string;
}

/** The card of one account. `records`: all its sessions, oldest first. */
export function identityCard(
  records: readonly [LiveSession, ...LiveSession[]],
  service: string,
  texts: IdentityTexts,
  language: string,
): IdentityCard {
  const [first, ...later] = records;
  // A session with fewer scopes may know less, so older sessions fill in what the newest one lacks.
  const person = later.reduce((known, record) => ({ ...known, ...record.person }), first.person);
  const picture = records.map(pictureOf).findLast((address) => address !== undefined);
  const groups = [
    { title: texts.identity, rows: identityRows(person, texts) },
    { title: texts.profile, rows: profileRows(person, texts) },
    ...records.map((record, index) => ({
      title: later.length === 0 ? texts.session : texts.sessionNumber(index + 1),
      rows: sessionRows(record, texts, language),
    })),
  ];
  return {
    name: person.name,
    initials: initials(person.name),
    ...(picture !== undefined && { picture }),
    service,
    groups: groups.filter(({ rows }) => rows.length > 0),
  };
}

/** The maximum length of `sub` (OpenID Connect Core 1.0 §2). */
const MAX_SUBJECT_CHARACTERS = 255;
/** Longer than any honest list of scopes. */
const MAX_SCOPES_CHARACTERS = 1_000;

function identityRows({ bap, subject }: Person, texts: IdentityTexts): CardRow[] {
  const { rootAddress, currentAddress, addresses = [] } = bap?.profile ?? {};
  const others = new Set(addresses.map(({ address }) => address));
  return [
    ...row('id', texts.bapId, bap?.bapId),
    ...row('id', texts.publicKey, bap?.pubkey),
    ...row(
      'id',
      texts.rootAddress,
      rootAddress,
      bap?.rootAddressProven ? texts.rootAddressProven : undefined,
    ),
    ...row('id', texts.currentAddress, currentAddress),
    ...[...others]
      .filter((address) => address !== rootAddress && address !== currentAddress)
      .flatMap((address) => row('id', texts.otherAddress, address)),
    ...row('id', texts.userId, safeText(subject, MAX_SUBJECT_CHARACTERS)),
  ];
}

function profileRows({ name, email, bap }: Person, texts: IdentityTexts): CardRow[] {
  const { alternateName, givenName, familyName, description } = bap?.profile ?? {};
  return [
    ...row('text', texts.alternateName, alternateName === name ? undefined : alternateName),
    ...row('text', texts.givenName, givenName),
    ...row('text', texts.familyName, familyName),
    ...row('text', texts.description, description),
    ...row('text', texts.email, email),
  ];
}

function sessionRows(record: LiveSession, texts: IdentityTexts, language: string): CardRow[] {
  const { signedInAtMs, grant } = record;
  const { expiresAtMs } = grant;
  return [
    scopesRow(record, texts),
    { kind: 'text', label: texts.since, value: formatLocal(signedInAtMs, language) },
    expiresAtMs === undefined || expiresAtMs > LAST_MOMENT_MS
      ? { kind: 'none', label: texts.until, value: texts.noKnownEnd }
      : { kind: 'text', label: texts.until, value: formatLocal(expiresAtMs, language) },
  ];
}

/** What was granted, not what was requested. */
function scopesRow(record: LiveSession, texts: IdentityTexts): CardRow {
  const { scopes, grant } = record;
  const granted = shownScopes(grant.scopes ?? scopes);
  if (granted === '') return { kind: 'none', label: texts.scopes, value: texts.noScopes };
  const missing = shownScopes(missingScopes(record));
  const note = missing === '' ? undefined : texts.notGranted(missing);
  return { kind: 'text', label: texts.scopes, value: granted, ...(note !== undefined && { note }) };
}

function shownScopes(scopes: readonly string[]): string {
  return safeText(scopes.join(' '), MAX_SCOPES_CHARACTERS);
}

function row(kind: 'id' | 'text', label: string, value: string | undefined, note?: string): CardRow[] {
  return value === undefined || value === ''
    ? []
    : [{ kind, label, value, ...(note !== undefined && { note }) }];
}

/** Includes the time zone, because the extension may run on a machine in another zone. */
function formatLocal(ms: number, language: string): string {
  const format = new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: 'long',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
  });
  return format.format(ms);
}

/** The first characters of the first and the last word of a name. A fallback for a missing picture. */
export function initials(name: string): string {
  const words = name
    .split(/\s+/u)
    // Removes quotes, brackets and other symbols, but no emoji: a name may consist of emoji.
    .map((word) => word.replace(/^[\p{P}\p{Sm}\p{Sc}\p{Sk}]+/u, ''))
    .filter((word) => word !== '');
  const chosen = words.length > 1 ? [words.at(0), words.at(-1)] : [words.at(0) ?? name];
  return chosen.map((word) => firstGrapheme((word ?? '').toUpperCase())).join('');
}

/** A user-perceived character, such as a letter with its accent, or a flag. */
function firstGrapheme(text: string): string {
  // Created here and not at startup, where it would take longer than everything else.
  const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  for (const { segment } of graphemes.segment(text)) return segment;
  return '';
}

/** The URL of the user's picture. Undefined when there is none that may be loaded. */
export function pictureOf({ person, grant: { server } }: LiveSession): string | undefined {
  return [person.picture, person.bap?.profile?.image]
    .map((address) => trustedPicture(address, server))
    .find((address) => address !== undefined);
}
