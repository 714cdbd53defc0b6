import { sameScopes } from '../sessions/accounts.ts';
import { isProvisional, type LiveSession } from '../sessions/record.ts';
import type { ServiceSessions } from '../sessions/serviceSessions.ts';

/** The abort reason when another window has completed the same sign-in. */
export class SignedInElsewhere extends Error {
  override readonly name = 'SignedInElsewhere';
  readonly record: LiveSession;

  constructor(record: LiveSession) {
    super();
    this.record = record;
  }
}

/**
 * Aborts its signal when another window completes the same sign-in at the same server: for the account that is asked
 * for, or for any account if this window had none for these scopes. Otherwise the user may be adding another account.
 */
export function watchOtherWindows(
  sessions: ServiceSessions,
  { scopes, accountId }: { readonly scopes: readonly string[]; readonly accountId: string | undefined },
): { signal: AbortSignal; stop: () => void } {
  const done = new AbortController();
  const { current } = sessions.service.servers();
  const hadNone = sessions.records.configured({ scopes }).length === 0;
  const listener = sessions.records.onDidChange(({ record, isSignIn }) => {
    const isSame =
      record.server === current &&
      sameScopes(record.scopes, scopes) &&
      (accountId === undefined ? hadNone : record.person.accountId === accountId);
    if (isSignIn && isSame) done.abort(new SignedInElsewhere(record));
  });
  return {
    signal: done.signal,
    stop: () => {
      listener.dispose();
    },
  };
}

/** Aborts its signal when a provisional session is complete, or gone: nobody needs to choose an identity for it. */
export function watchProvisional(
  { records }: ServiceSessions,
  { id }: LiveSession,
): { signal: AbortSignal; stop: () => void } {
  const over = new AbortController();
  const listener = records.onDidChange(({ kind, record }) => {
    if (record.id === id && (kind === 'removed' || !isProvisional(record))) over.abort();
  });
  return {
    signal: over.signal,
    stop: () => {
      listener.dispose();
    },
  };
}
