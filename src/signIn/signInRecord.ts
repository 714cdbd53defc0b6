import * as z from 'zod/mini';

import { parseJson } from '../base/json.ts';
import { Grant } from '../services/service.ts';
import { type Item, newestItems, readText } from '../sessions/items.ts';
import type { WorkStorage } from '../sessions/ports.ts';

/** How far a sign-in has come. */
const Progress = z.union([
  z.object({
    kind: z.literal('waiting'),
    /** As in `PendingSignIn`. */
    toResume: z.record(z.string(), z.unknown()),
    /** When the code expires, in milliseconds of the wall clock. */
    deadlineMs: z.number(),
  }),
  z.object({ kind: z.literal('granted'), grant: Grant }),
]);
export type Progress = z.infer<typeof Progress>;

/** What is stored of a sign-in in progress. All of it is a secret. */
const SignInRecord = z.object({
  /** A later version of the extension may use another format. */
  format: z.literal(1),
  serviceId: z.string(),
  /** In the caller's order. */
  scopes: z.array(z.string()),
  /** The account that must sign in, if the caller wants a specific one. */
  accountId: z.exactOptional(z.string()),
  /** True if an extension has asked for it, and not the user. */
  isForExtension: z.boolean(),
  progress: Progress,
});
export type SignInRecord = z.infer<typeof SignInRecord>;
/** What does not change while it is in progress. */
export type About = Omit<SignInRecord, 'progress'>;

/** A sign-in as it is stored. */
interface StoredSignIn {
  readonly record: SignInRecord;
  readonly revision: number;
}

/**
 * The newest version of a sign-in. Undefined when it is over, damaged, or of a later version of this extension. Rejects
 * with the platform's error.
 */
export async function readSignIn(storage: WorkStorage, id: string): Promise<StoredSignIn | undefined> {
  const item = await newestItemOf(storage, id);
  if (item === undefined || item.isMark) return undefined;
  const text = await readText(storage, item);
  const record = text === undefined ? undefined : parseJson(SignInRecord, text);
  return record && { record, revision: item.version.revision };
}

export async function newestItemOf(storage: WorkStorage, id: string): Promise<Item | undefined> {
  return newestItems(await storage.names()).get(id);
}
