import { safeText } from '../base/safeText.ts';
import type { Person } from '../services/person.ts';
import { trustedPicture } from '../services/picture.ts';
import type { LiveSession } from '../sessions/record.ts';
import type { IdentityTexts } from './texts.ts';

/** All that the card shows of an account. It holds no token, and nothing that is made from a token. */
export interface IdentityCard {
  readonly name: string;
  readonly initials: string;
  readonly picture?: string;
  /** The name of the service. */
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
  /** `id`: people compare it character by character. `none`: there is no value to copy. */
  readonly kind: 'id' | 'text' | 'none';
  /** What the person should know about the value. */
  readonly note?: string;
}

/** The card of one account, from all its sessions, oldest first. */
export function identityCard(
  records: readonly [LiveSession, ...LiveSession[]],
  service: string,
  texts: IdentityTexts,
  language: string,
): IdentityCard {
  const [first, ...later] = records;
  // A session with fewer scopes may have fewer members. The newest session wins; what it does not have stays.
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

/** OpenID Connect Core 1.0 §2 allows this many characters in `sub`. */
const MAX_SUBJECT_CHARACTERS = 255;
/** More than any honest list of scopes has. */
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

/** The last time that a Date can hold (ECMA-262). A later end is shown as no end. */
const LAST_MOMENT_MS = 8.64e15;

function sessionRows(record: LiveSession, texts: IdentityTexts, language: string): CardRow[] {
  const { scopes, signedInAtMs, grant } = record;
  const { expiresAtMs } = grant;
  return [
    scopes.length === 0
      ? { kind: 'none', label: texts.scopes, value: texts.noScopes }
      : { kind: 'text', label: texts.scopes, value: safeText(scopes.join(' '), MAX_SCOPES_CHARACTERS) },
    { kind: 'text', label: texts.since, value: moment(signedInAtMs, language) },
    expiresAtMs === undefined || expiresAtMs > LAST_MOMENT_MS
      ? { kind: 'none', label: texts.until, value: texts.noKnownEnd }
      : { kind: 'text', label: texts.until, value: moment(expiresAtMs, language) },
  ];
}

function row(kind: 'id' | 'text', label: string, value: string | undefined, note?: string): CardRow[] {
  return value === undefined || value === ''
    ? []
    : [{ kind, label, value, ...(note !== undefined && { note }) }];
}

/** Names the time zone too, because the extension may run on a machine in another zone. */
function moment(ms: number, language: string): string {
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

/** The first characters of the first and the last word of a name. They are shown when there is no picture. */
export function initials(name: string): string {
  const words = name
    .split(/\s+/u)
    // Removes quotes, brackets and other signs, but no emoji: a name may have only emoji.
    .map((word) => word.replace(/^[\p{P}\p{Sm}\p{Sc}\p{Sk}]+/u, ''))
    .filter((word) => word !== '');
  const chosen = words.length > 1 ? [words.at(0), words.at(-1)] : [words.at(0) ?? name];
  return chosen.map((word) => firstGrapheme((word ?? '').toUpperCase())).join('');
}

/** What a person sees as one character: a letter with its accent, or a flag. */
function firstGrapheme(text: string): string {
  // Made here and not when the extension starts: it costs more than all the rest of the start.
  const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
  for (const { segment } of graphemes.segment(text)) return segment;
  return '';
}

/** The address of the person's picture, or undefined when there is none that may be shown. */
export function pictureOf({ person, grant: { server } }: LiveSession): string | undefined {
  return [person.picture, person.bap?.profile?.image]
    .map((address) => trustedPicture(address, server))
    .find((address) => address !== undefined);
}
