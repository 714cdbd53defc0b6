import { NEVER } from '../base/timeLimit.ts';
import { MAX_CODE_LIFETIME_MS } from '../oauth/deviceGrant.ts';
import type { Grant } from '../services/service.ts';
import type { InterruptedSignIn } from './keptSignIns.ts';
import type { SignInRecord } from './signInRecord.ts';
import {
  signIn,
  type SignInContext,
  type SignInRequest,
  type SignInResult,
  type SignInRun,
} from './signIn.ts';

/** The service is asked whatever the clock says, because the clock may be wrong, and the network slow to come back. */
const MIN_WAIT_MS = 60_000;

export function requestOf({ scopes, accountId, isForExtension }: SignInRecord): SignInRequest {
  return { scopes, accountId, isForExtension };
}

/** True if the user has had no time left to approve the code. */
export function hasExpired({ progress }: SignInRecord, nowMs: number): boolean {
  return progress.kind === 'waiting' && progress.deadlineMs <= nowMs;
}

/**
 * Continues a sign-in that began in an earlier window, with the same code and the time that is left. One whose time is
 * up is not shown: the user may have approved it in the meantime, and only the service knows. Never rejects.
 */
export async function resumeSignIn(
  context: SignInContext,
  { record, kept }: InterruptedSignIn,
  onCode: SignInRun['onCode'],
): Promise<SignInResult> {
  const { sessions, runtime } = context;
  const { progress } = record;
  const run = (resumed: SignInRun['resumed'] & object): Promise<SignInResult> =>
    signIn(context, requestOf(record), { kept, resumed, onCode });
  await sessions.load().catch(() => undefined); // then this window knows of no other sign-in
  if (sessions.records.isKept(kept.id)) {
    void kept.forget(); // its window closed before it could
    return { kind: 'over' };
  }
  if (progress.kind === 'granted') return run({ grant: progress.grant });

  const nowMs = runtime.clock.now();
  // A clock that was set back must not keep a code on the screen.
  const deadlineMs = Math.min(
    Math.max(progress.deadlineMs, nowMs + MIN_WAIT_MS),
    nowMs + MAX_CODE_LIFETIME_MS,
  );
  const pending = sessions.service.resume(progress.toResume, deadlineMs);
  if (pending !== undefined && !hasExpired(record, nowMs)) return run({ pending });

  let grant: Grant | undefined;
  try {
    const waited = pending && (await kept.waitFor(pending, NEVER, () => undefined));
    grant = waited?.kind === 'granted' ? waited.grant : await kept.lateGrant();
    if (grant === undefined) kept.signal.throwIfAborted();
  } catch {
    await kept.release(); // the window closes, or another one continues the sign-in
    return { kind: 'canceled' };
  }
  if (grant !== undefined) return run({ grant });
  runtime.log.info(`An earlier sign-in with ${sessions.service.label} has expired.`);
  void kept.forget();
  return { kind: 'over' };
}
