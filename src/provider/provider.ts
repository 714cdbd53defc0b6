import * as vscode from 'vscode';

import { describeError, type Log } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { TimeLimitError } from '../base/timeLimit.ts';
import type { ClockSkew } from '../http/clockSkew.ts';
import type { IdentityService } from '../services/service.ts';
import { type AccountChange, isProvisional, type LiveSession } from '../sessions/record.ts';
import type { ServiceSessions } from '../sessions/serviceSessions.ts';
import { StoreError } from '../sessions/storedSessions.ts';
import {
  isWorthDiagnosis,
  notDeletedMessage,
  settingToCheck,
  signInFailureMessage,
  unreadableMessage,
} from '../signIn/failureMessages.ts';
import { clockMessage, serviceNames } from '../signIn/networkMessages.ts';
import type { InterruptedSignIn, KeptSignIns } from '../signIn/keptSignIns.ts';
import { hasExpired, requestOf, resumeSignIn } from '../signIn/resume.ts';
import { ResumedOver, SharedSignIns, type SignInCalls } from '../signIn/sharedSignIns.ts';
import {
  signIn,
  type SignInContext,
  type SignInFailure,
  type SignInRequest,
  type SignInResult,
  type SignInRun,
} from '../signIn/signIn.ts';
import { SignInError, type SignInUi } from '../signIn/signInUi.ts';
import { announced, toSession } from './session.ts';

export type ChangeEvent = vscode.AuthenticationProviderAuthenticationSessionsChangeEvent;

/** Adapts one identity service to VS Code's authentication API. It has no rules of its own. */
export class ServiceProvider implements vscode.AuthenticationProvider, vscode.Disposable {
  readonly service: IdentityService;
  readonly sessions: ServiceSessions;
  readonly #view: SignInUi;
  readonly #runtime: Runtime;
  readonly #kept: KeptSignIns;
  readonly #clockSkew: ClockSkew | undefined;
  readonly #changes = new vscode.EventEmitter<ChangeEvent>();
  readonly #listener: { dispose(): void };
  readonly #signIns: SharedSignIns;

  readonly onDidChangeSessions = this.#changes.event;

  /** `clockSkew` adds a hint to failure messages when this computer's clock is wrong. */
  constructor(
    sessions: ServiceSessions,
    view: SignInUi,
    kept: KeptSignIns,
    runtime: Runtime,
    clockSkew?: ClockSkew,
  ) {
    this.service = sessions.service;
    this.sessions = sessions;
    this.#view = view;
    this.#runtime = runtime;
    this.#clockSkew = clockSkew;
    this.#kept = kept;
    this.#signIns = new SharedSignIns({
      sessions,
      clock: runtime.clock,
      signIn: (request, calls) => this.#signIn(request, calls),
      onJoin: () => {
        if (!this.showQuestion()) view.remind();
      },
      takeOverFinished: () => kept.takeOverFinished(),
    });
    this.#listener = sessions.records.onDidChange((change) => {
      this.#changes.fire(this.#eventOf(change));
      void kept.endLeftover(change.record.signInId);
    });
  }

  /**
   * Returns the usable sessions from memory. Waits for at most ten seconds, and only for a matching session that has
   * expired and can be renewed. `scopes` match as a set, and the result has the caller's own array, because VS Code
   * compares scopes in order. See `emptyOrThrow` for its errors.
   */
  async getSessions(
    scopes: readonly string[] | undefined,
    { account }: vscode.AuthenticationProviderSessionOptions = {},
  ): Promise<vscode.AuthenticationSession[]> {
    try {
      const filter = { scopes, accountId: account?.id };
      await this.sessions.settle(filter);
      return this.sessions.usable(filter).map((record) => toSession(record, scopes));
    } catch (error) {
      return emptyOrThrow(scopes, error, this.#runtime.log);
    }
  }

  /**
   * Runs a sign-in. A second call for the same scopes and account joins the one in progress, or gets the session of one
   * that has just ended. Throws a CancellationError when the user cancels, and two minutes after the code has expired,
   * because VS Code passes on no other call until then; the sign-in goes on. Throws a SignInError when it fails.
   */
  async createSession(
    scopes: readonly string[],
    { account }: vscode.AuthenticationProviderSessionOptions = {},
  ): Promise<vscode.AuthenticationSession> {
    const record = await this.#signIns.get({ scopes, accountId: account?.id, isForExtension: true });
    if (record === undefined) throw new vscode.CancellationError();
    return toSession(record, scopes);
  }

  /**
   * Runs a sign-in that the user asks for themselves, even right after another one. Throws a CancellationError when
   * they cancel it, and a SignInError when it fails.
   */
  async signIn(): Promise<void> {
    const { defaultScopes: scopes } = this.service;
    await this.#signIns.start({ scopes, accountId: undefined, isForExtension: false });
  }

  /** Continues a sign-in of this service that began in an earlier window. Its outcome is shown. */
  resume(interrupted: InterruptedSignIn): void {
    const request = requestOf(interrupted.record);
    const work = (calls: SignInCalls): Promise<LiveSession> =>
      this.#shown(request, calls, () => resumeSignIn(this.#context, interrupted, calls.onCode));
    const isShown = !hasExpired(interrupted.record, this.#runtime.clock.now());
    this.#signIns.resume(request, work, isShown).catch(() => undefined); // the user has seen why
  }

  /** Lets the user choose the identity that a provisional session stands for. The outcome is shown. */
  chooseIdentity(id: string): void {
    const provisional = this.sessions.records
      .configured()
      .find((each) => each.id === id && isProvisional(each));
    if (provisional === undefined) return; // it is complete, or signed out
    const { scopes, grant } = provisional;
    const request = { scopes, accountId: undefined, isForExtension: false };
    const work = (calls: SignInCalls): Promise<LiveSession> =>
      this.#signIn(request, calls, { grant, provisional });
    this.#signIns.resume(request, work).catch(() => undefined); // the user has seen why
  }

  /** Brings a question back that a sign-in in progress waits for. Returns whether there is one. */
  showQuestion(): boolean {
    return this.#view.showQuestion(this.service.label);
  }

  /**
   * Signs out locally at once, and at the service in the background. An unknown ID is not an error. Throws a
   * SignInError when the stored session could not be removed.
   */
  async removeSession(id: string): Promise<void> {
    try {
      await this.sessions.signOut(id);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const failure = new SignInError(notDeletedMessage(this.service), { cause: error });
      this.#view.failed(failure);
      throw failure;
    }
  }

  dispose(): void {
    this.#listener.dispose();
    this.#changes.dispose();
  }

  get #context(): SignInContext {
    return { sessions: this.sessions, view: this.#view, runtime: this.#runtime };
  }

  #signIn(request: SignInRequest, calls: SignInCalls, resumed?: SignInRun['resumed']): Promise<LiveSession> {
    const { scopes, accountId, isForExtension } = request;
    const { onCode } = calls;
    const kept = this.#kept.begin({
      format: 1,
      serviceId: this.service.id,
      scopes: [...scopes],
      ...(accountId !== undefined && { accountId }),
      isForExtension,
    });
    const run = { kept, onCode, ...(resumed !== undefined && { resumed }) };
    return this.#shown(request, calls, () => signIn(this.#context, request, run));
  }

  /** Runs a sign-in and shows its outcome. */
  async #shown(
    { isForExtension }: SignInRequest,
    { isAwaited }: SignInCalls,
    work: () => Promise<SignInResult>,
  ): Promise<LiveSession> {
    const result = await work();
    const { service } = this;
    const view = this.#view;
    if (result.kind === 'signedInElsewhere') {
      view.signedInElsewhere(service, result.record);
      return result.record;
    }
    if (result.kind === 'signedIn') {
      view.signedIn(service, result.record, isAwaited() || !isForExtension);
      if (result.withoutIdentity === 'hasNone') view.hasNoBapIdentity(service);
      if (result.withoutIdentity === 'choseNone') view.choseNoIdentity(service);
      return result.record;
    }
    if (result.kind === 'canceled') throw new vscode.CancellationError();
    if (result.kind === 'over') throw new ResumedOver();
    const error = this.#errorOf(result);
    this.#view.failed(error);
    throw error;
  }

  #errorOf(failure: SignInFailure): SignInError {
    const { service } = this;
    this.#runtime.log.warn(`The sign-in with ${service.label} ended: ${reasonOf(failure)}.`);
    const aheadMs = this.#clockSkew?.aheadMs;
    const names = serviceNames(service);
    const message = signInFailureMessage(failure, names);
    return new SignInError(aheadMs === undefined ? message : `${message} ${clockMessage(aheadMs)}`, {
      setting: failure.kind === 'failed' ? settingToCheck(failure.failure, names) : undefined,
      isWorthDiagnosis: isWorthDiagnosis(failure),
      cause: 'cause' in failure ? failure.cause : undefined,
    });
  }

  #eventOf({ kind, record, siblings }: AccountChange): ChangeEvent {
    const session = toSession(record);
    if (kind === 'added') return { added: [announced(session)], removed: [], changed: [] };
    if (kind === 'changed') return { added: [], removed: [], changed: [session] };
    // VS Code drops the whole account when one session is removed, unless its other sessions are listed as changed.
    return { added: [], removed: [session], changed: siblings.map((each) => toSession(each)) };
  }
}

/**
 * Decides what `getSessions` does when the sessions cannot be read. Throws an error with a message for the user. Where
 * the storage fails at once, a request for scopes gets none, so that a sign-in can follow: it works in memory.
 */
export function emptyOrThrow(scopes: readonly string[] | undefined, error: unknown, log: Log): [] {
  log.warn(`The sessions cannot be read: ${describeError(error)}.`);
  if (!(error instanceof StoreError)) throw error;
  if (scopes !== undefined && !(error.cause instanceof TimeLimitError)) return [];
  throw new Error(unreadableMessage(), { cause: error });
}

/** For the log, which gets no message texts. */
function reasonOf(result: SignInFailure): string {
  if (result.kind !== 'failed') return result.kind;
  const { failure } = result;
  return failure.kind === 'unreachable' ? `${failure.kind}, ${failure.problem}` : failure.kind;
}
