import { deserialize, keyOf, type NewRecord, serialize, type SessionRecord } from './sessionRecord.ts';

/** One version of a session, and how it is written. */
export interface SessionVersion {
  readonly text: string;
  readonly record: SessionRecord;
}

/** How often a version can be amended: once for its access token, once for its refresh token. */
const AMENDMENTS = 2;

/** The version that follows `last`, whatever has become of the clock. */
export function nextVersion(
  record: NewRecord,
  last: SessionRecord | undefined,
  nowMs: number,
): SessionVersion {
  const { writtenAtMs = 0 } = last ?? {};
  return versionOf({ ...record, writtenAtMs: Math.max(nowMs, writtenAtMs + 1 + AMENDMENTS) });
}

/** Less of the same: older than whatever else follows `record`. */
export function amendedVersion(less: NewRecord, record: SessionRecord): SessionVersion {
  return versionOf({ ...less, writtenAtMs: record.writtenAtMs + 1 });
}

/** Undefined for text that is not a session of this key. */
export function readVersion(key: string, text: string): SessionVersion | undefined {
  const record = deserialize(text);
  return record !== undefined && keyOf(record.id) === key ? { text, record } : undefined;
}

/**
 * What a later sign-in has brought is newer than all that comes of an earlier one, whenever that is written. The texts
 * decide between two that were written in the same millisecond, so that all windows agree.
 */
export function isNewer(a: SessionVersion, b: SessionVersion): boolean {
  const ahead = a.record.createdAtMs - b.record.createdAtMs || a.record.writtenAtMs - b.record.writtenAtMs;
  return ahead === 0 ? a.text > b.text : ahead > 0;
}

function versionOf(record: SessionRecord): SessionVersion {
  return { record, text: serialize(record) };
}
