import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { abortable } from '../base/timeLimit.ts';
import type { Failed } from '../oauth/failure.ts';
import type {
  Grant,
  IdentifyResult,
  IdentityService,
  PendingSignIn,
  ServiceFailure,
  WaitResult,
} from '../services/service.ts';
import type { ServiceSessions } from '../sessions/serviceSessions.ts';
import type { LiveSession } from '../sessions/record.ts';
import { ASK_LIMIT_MS, withinAskLimit } from './askLimit.ts';
import { followContact } from './contact.ts';
import type { KeptSignIn } from './keptSignIn.ts';
import { SignedInElsewhere, watchOtherWindows, watchProvisional } from './otherWindows.ts';
import type { SignInProgress, SignInUi } from './signInUi.ts';

/** What the caller asks for. */
export interface SignInRequest {
  readonly scopes: readonly string[];
  /** The account that must sign in, if the caller wants a specific one. */
  readonly accountId: string | undefined;
  /** True if an extension asks for it, and not the user. */
  readonly isForExtension: boolean;
}

/** What a sign-in depends on. */
export interface SignInContext {
  readonly sessions: ServiceSessions;
  readonly view: SignInUi;
  readonly runtime: Runtime;
}

/** One run of a sign-in. */
export interface SignInRun {
  /** Its stored copy, which this run forgets or releases at its end. */
  readonly kept: KeptSignIn;
  /** How far it had come before its window closed. Absent for a new one. */
  readonly resumed?:
    | { readonly pending: PendingSignIn }
    | {
        readonly grant: Grant;
        /** The provisional session that has the grant. */
        readonly provisional?: LiveSession;
      };
  /** Called with the deadline of each code, in milliseconds of the wall clock. */
  readonly onCode: (deadlineMs: number) => void;
}

export type SignInResult =
  | {
      kind: 'signedIn';
      record: LiveSession;
      /** Why it has no BAP identity: the account has none, or the user chose none in time. */
      withoutIdentity?: 'hasNone' | 'choseNone';
    }
  /** Another window has completed the same sign-in and shown the confirmation. */
  | { kind: 'signedInElsewhere'; record: LiveSession }
  | { kind: 'canceled' }
  /** A resumed sign-in whose code no longer works, perhaps because another window has used it. */
  | { kind: 'over' }
  | SignInFailure;

export type SignInFailure =
  | Failed<ServiceFailure>
  /** The user neither approved in time nor asked for a new code. */
  | { kind: 'expired' }
  /** A bug in this extension. */
  | { kind: 'unexpected'; cause: unknown };

/** The service still does not say who the user is. */
const NO_ANSWER: SignInFailure = { kind: 'failed', failure: { kind: 'unreachable', problem: 'timeout' } };

/**
 * One sign-in, from the first request to a stored session. One signal reaches every step. It aborts when the user
 * cancels, or another window completes the same sign-in. When the window closes, or another window takes the sign-in
 * over, it sends nothing more, stores a token that is already on its way, and leaves the stored copy. Never rejects.
 */
export async function signIn(
  context: SignInContext,
  request: SignInRequest,
  run: SignInRun,
): Promise<SignInResult> {
  const { sessions, view, runtime } = context;
  const { service } = sessions;
  const { log } = runtime;
  const { kept, resumed } = run;
  const scopes = request.scopes.join(' ') || 'none';
  log.info(`${resumed ? 'Continuing a sign-in' : 'Signing in'} with ${service.label}, scopes: ${scopes}.`);

  const progress = view.open(service.label);
  const granted = resumed !== undefined && 'grant' in resumed ? resumed : undefined;
  const provisional = granted?.provisional;
  const elsewhere =
    provisional === undefined
      ? watchOtherWindows(sessions, request)
      : watchProvisional(sessions, provisional);
  const signal = AbortSignal.any([progress.canceled, elsewhere.signal]);
  /** The grant, until it is stored. A grant that is not kept is revoked. */
  let unkept: Grant | undefined;
  let isInterrupted = false;
  try {
    const waited = granted
      ? { kind: 'granted' as const, grant: granted.grant }
      : await waitForApproval(service, request.scopes, progress, runtime, signal, run);
    if (waited.kind !== 'granted') {
      isInterrupted = kept.signal.aborted; // the last poll has ended after another window had taken over
      return isInterrupted ? { kind: 'canceled' } : waited;
    }
    unkept = waited.grant;
    progress.finishing();
    // A provisional session has the grant already. After a crash, the user is simply asked again.
    const isSaved = provisional === undefined && (await kept.save({ kind: 'granted', grant: waited.grant }));
    // Only what is stored can be finished by another window, which may have seen the session already.
    const keeping = isSaved ? signal : AbortSignal.any([signal, runtime.closed]);
    const interrupted = isSaved ? kept.signal : runtime.closed;

    const identified = await identify(service, waited.grant, progress, runtime, keeping, interrupted);
    if (identified.kind !== 'identified') return identified;
    if (provisional !== undefined && identified.person.provisional !== undefined) return NO_ANSWER;
    unkept = identified.grant;
    if (isSaved && identified.grant.accessToken !== waited.grant.accessToken)
      await kept.save({ kind: 'granted', grant: identified.grant });
    elsewhere.stop(); // what is stored from now on is our own
    const { grant, person } = identified;
    const approved = { id: kept.id, scopes: request.scopes, grant, person };
    const record =
      provisional === undefined
        ? await sessions.keep(approved, keeping)
        : await sessions.completion.complete(provisional, approved, keeping);
    unkept = undefined;
    if (record === undefined) return { kind: 'canceled' }; // completed by another window, or signed out
    log.info(`Signed in with ${service.label}.`);
    const withoutIdentity = identified.hasNoBapIdentity === true ? 'hasNone' : identified.withoutIdentity;
    return { kind: 'signedIn', record, ...(withoutIdentity && { withoutIdentity }) };
  } catch (error) {
    if (signal.reason instanceof SignedInElsewhere) {
      log.info(`Signed in with ${service.label} in another window.`);
      return { kind: 'signedInElsewhere', record: signal.reason.record };
    }
    isInterrupted = !progress.canceled.aborted && (runtime.closed.aborted || kept.signal.aborted);
    if (!signal.aborted && !isInterrupted) return failureOf(error, runtime);
    log.info(`The sign-in with ${service.label} was ${isInterrupted ? 'interrupted' : 'canceled'}.`);
    return { kind: 'canceled' };
  } finally {
    elsewhere.stop();
    progress.close();
    const isLeft = isInterrupted && (await kept.release());
    if (!isInterrupted) void kept.forget();
    // Another window has finished this very sign-in, and its session has the grant.
    const isShared = signal.reason instanceof SignedInElsewhere && signal.reason.record.signInId === kept.id;
    if (unkept !== undefined && provisional === undefined && !isLeft && !isShared)
      sessions.revokeUnkept(unkept);
  }
}

/** Gets a code and waits for the user's decision, with a new code as often as they ask for one. */
async function waitForApproval(
  service: IdentityService,
  scopes: readonly string[],
  progress: SignInProgress,
  { clock, log }: Runtime,
  signal: AbortSignal,
  { kept, resumed, onCode }: SignInRun,
): Promise<{ kind: 'granted'; grant: Grant } | { kind: 'over' } | SignInFailure> {
  const first = resumed !== undefined && 'pending' in resumed ? resumed.pending : undefined;
  const asking = AbortSignal.any([signal, kept.signal]);
  for (let earlier = first; ; earlier = undefined) {
    const begun = earlier
      ? { kind: 'pending' as const, pending: earlier }
      : await service.begin(scopes, asking);
    if (begun.kind === 'failed') return begun;
    const { pending } = begun;
    const { toResume, deadlineMs } = pending;
    log.info(`Waiting for the browser, at most ${Math.round((deadlineMs - clock.now()) / 1000)} s.`);
    progress.pending(pending, earlier !== undefined);
    onCode(deadlineMs);
    if (earlier === undefined) void kept.save({ kind: 'waiting', toResume, deadlineMs });
    const waited = await kept.waitFor(pending, signal, followContact(progress, clock));
    if (earlier !== undefined && isSpent(waited)) {
      const grant = await abortable(kept.lateGrant(), signal);
      return grant === undefined ? { kind: 'over' } : { kind: 'granted', grant };
    }
    if (waited.kind !== 'expired') return waited;
    log.info('The code has expired. Offering a new one.');
    const wanted = await withinAskLimit(clock, asking, (limits) => progress.expired(limits));
    if (wanted === 'late') return waited;
  }
}

function isSpent(waited: WaitResult): boolean {
  return waited.kind === 'failed' && waited.failure.kind === 'codeSpent';
}

/**
 * Asks who the grant belongs to. The user chooses an identity where needed, until the service confirms it. Their
 * approval counts without a choice, too.
 */
async function identify(
  service: IdentityService,
  grant: Grant,
  progress: SignInProgress,
  { clock, log }: Runtime,
  canceled: AbortSignal,
  interrupted: AbortSignal,
): Promise<Identified | SignInFailure> {
  let withoutIdentity: 'choseNone' | undefined;
  const onContact = followContact(progress, clock);
  let identified = await service.identify(grant, canceled, { onContact, interrupted });
  const signal = AbortSignal.any([canceled, interrupted]);
  while (identified.kind === 'choice') {
    const { choice } = identified;
    log.info(`Identities to choose from: ${choice.identities.length}.`);
    const deadlineMs = clock.now() + ASK_LIMIT_MS;
    const chosen = await withinAskLimit(clock, signal, (limits) =>
      progress.choose(choice, deadlineMs, limits),
    );
    if (chosen === 'late') {
      log.info('No identity was chosen in time. Going on without one.');
      withoutIdentity = 'choseNone';
    }
    progress.finishing();
    identified = await choice.choose(chosen === 'late' ? undefined : chosen.answer, signal);
  }
  return identified.kind === 'failed'
    ? identified
    : { ...identified, ...(withoutIdentity && { withoutIdentity }) };
}

type Identified = Extract<IdentifyResult, { kind: 'identified' }> & { withoutIdentity?: 'choseNone' };

function failureOf(error: unknown, { log }: Runtime): SignInFailure {
  log.warn(`The sign-in broke off: ${describeError(error)}.`);
  return { kind: 'unexpected', cause: error };
}
