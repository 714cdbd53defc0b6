import { shortHash } from '../base/hash.ts';
import {
  compareVersions,
  deserialize,
  serialize,
  type SessionRecord,
  type SessionVersion,
} from './record.ts';

/**
 * One version of a session in storage. Its name says which version it is, and ends with a hash of its text: a name
 * never stands for two texts, and writing an item again changes nothing. So a write that lands late brings nothing
 * back, and writing needs no lock.
 */
export interface Item {
  /**
   * `ID.SIGNIN-REVISION-AMENDMENT.HASH`, or `ID.SIGNIN-REVISION-AMENDMENT.removed` for a sign-out, which has no text.
   */
  readonly name: string;
  /** The id of the session. */
  readonly id: string;
  readonly version: SessionVersion;
  /** A sign-out. It beats every version of its session, so it stays for good. */
  readonly isMark: boolean;
}

const MARK = 'removed';
const NAME = /^([\w-]{1,64})\.(\d{1,15})-(\d{1,15})-(\d{1,15})\.([0-9a-f]{16}|removed)$/;

/** The item of a record. Throws a zod error for a record that could not be read back. */
export function itemOf(record: SessionRecord): Item {
  const { id, version } = record;
  return itemFor(id, version, record.state === 'removed' ? undefined : serialize(record));
}

/** The item with this text, or the mark of a sign-out if there is none. */
export function itemFor(id: string, version: SessionVersion, text: string | undefined): Item {
  const { signIn, revision, amendment } = version;
  const isMark = text === undefined;
  const end = isMark ? MARK : shortHash(text);
  return { name: `${id}.${signIn}-${revision}-${amendment}.${end}`, id, version, isMark };
}

/** The record of an item. Undefined for a text that is not the item's, or that this version cannot read. */
export function recordOf(item: Item, text: string): SessionRecord | undefined {
  const { id, version, isMark } = item;
  if (isMark) return { format: 1, id, version, state: 'removed' };
  return textIsOf(item, text) ? deserialize(id, text) : undefined;
}

/** The text of an item. Undefined for one that is gone or damaged. Rejects with the platform's error. */
export async function readText(
  storage: { read(name: string): Promise<string | undefined> },
  item: Item,
): Promise<string | undefined> {
  const text = await storage.read(item.name);
  return text !== undefined && textIsOf(item, text) ? text : undefined;
}

/** False for a text that is damaged, or of another item. */
function textIsOf({ name }: Item, text: string): boolean {
  return name.endsWith(`.${shortHash(text)}`);
}

/** Returns undefined for a name that is not one of an item. */
export function parseItem(name = ''): Item | undefined {
  const [, id, signIn, revision, amendment, end] = NAME.exec(name) ?? [];
  if (id === undefined) return undefined;
  const version = { signIn: Number(signIn), revision: Number(revision), amendment: Number(amendment) };
  return { name, id, version, isMark: end === MARK };
}

/**
 * True when `a` replaces `b` in every window. Both are of one session. If two windows have made the same version at the
 * same moment, the names decide, so that all windows pick the same one.
 */
export function isNewerItem(a: Item, b: Item): boolean {
  if (a.isMark !== b.isMark) return a.isMark;
  const ahead = compareVersions(a.version, b.version);
  return ahead === 0 ? a.name > b.name : ahead > 0;
}

/** The newest item of each session, by session id. Skips names that are not ours. */
export function newestItems(names: Iterable<string>): Map<string, Item> {
  const newest = new Map<string, Item>();
  for (const name of names) {
    const item = parseItem(name);
    if (item === undefined) continue;
    const other = newest.get(item.id);
    if (other === undefined || isNewerItem(item, other)) newest.set(item.id, item);
  }
  return newest;
}

/**
 * The names of the items of a session that a newer one replaces, to be deleted. `names` must be a list that was made
 * after the new item was added: until it shows that item, nothing is deleted.
 */
export function olderNames(sessionId: string, names: readonly string[]): string[] {
  const ofSession = names.filter((name) => parseItem(name)?.id === sessionId);
  const newest = newestItems(ofSession).get(sessionId);
  return ofSession.filter((name) => name !== newest?.name);
}
