import * as vscode from 'vscode';

import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import { TimeLimitError } from '../base/timeLimit.ts';
import type { Person } from '../services/person.ts';
import type { Grant, IdentityService } from '../services/service.ts';
import { sameScopes, scopeKey } from '../sessions/scopes.ts';
import type { SessionRecord } from '../sessions/sessionRecord.ts';
import { StoreError } from '../sessions/sessionStore.ts';
import type { StoreChange } from '../sessions/sessionChange.ts';
import { failureMessage, settingToBlame } from './messages.ts';
import { revokeInBackground } from '../sessions/revoke.ts';
import type { ServiceSessions } from '../sessions/serviceSessions.ts';
import { signIn, type SignInResult } from './signIn.ts';
import { SignInError } from './signInError.ts';
import type { SignInScreen, SignInView } from './signInView.ts';

/** One identity service as VS Code knows it. */
export class ServiceProvider implements vscode.AuthenticationProvider, vscode.Disposable {
  readonly service: IdentityService;
  readonly sessions: ServiceSessions;
  readonly #view: SignInView;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #changes =
    new vscode.EventEmitter<vscode.AuthenticationProviderAuthenticationSessionsChangeEvent>();
  readonly #sessionsListener: { dispose(): void };
  readonly #closed = new AbortController();
  /** Sign-ins under way by what they were asked for. */
  readonly #signIns = new Map<string, Promise<SessionRecord>>();

  readonly onDidChangeSessions = this.#changes.event;

  constructor(sessions: ServiceSessions, view: SignInView, clock: Clock, log: Log) {
    this.service = sessions.service;
    this.sessions = sessions;
    this.#view = view;
    this.#clock = clock;
    this.#log = log;
    this.#sessionsListener = sessions.onDidChange((change) => {
      this.#changes.fire(this.#eventOf(change));
    });
  }

  /**
   * From memory, but for what is over and can be renewed. `scopes` must match as a set; the caller's own array comes
   * back, since VS Code compares in order.
   */
  async getSessions(
    scopes: readonly string[] | undefined,
    { account }: vscode.AuthenticationProviderSessionOptions = {},
  ): Promise<vscode.AuthenticationSession[]> {
    return (await this.sessions.list())
      .filter((record) => scopes === undefined || sameScopes(record.scopes, scopes))
      .filter((record) => account === undefined || record.person.accountId === account.id)
      .map((record) => toSession(record, scopes));
  }

  /**
   * Signs a person in. A second call for the same joins the sign-in that is under way. Throws a CancellationError when
   * the person cancels, and a SignInError when it fails.
   */
  async createSession(
    scopes: readonly string[],
    { account }: vscode.AuthenticationProviderSessionOptions = {},
  ): Promise<vscode.AuthenticationSession> {
    const key = JSON.stringify([scopeKey(scopes), account?.id]);
    let running = this.#signIns.get(key);
    if (running === undefined) {
      running = this.#signIn(scopes, account?.id).finally(() => this.#signIns.delete(key));
      this.#signIns.set(key, running);
    } else {
      this.#view.remind();
    }
    return toSession(await running, scopes);
  }

  /** Signs out here at once; the service is told in the background. An id that is not there is no error. */
  async removeSession(id: string): Promise<void> {
    try {
      await this.sessions.signOut(id);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      const failure = new SignInError(
        vscode.l10n.t(
          'You are signed out of {0} in this window, but the stored session could not be deleted. Unlock your system’s keyring, reload the window and sign out again.',
          this.service.label,
        ),
        { cause: error },
      );
      this.#view.failed(failure);
      throw failure;
    }
  }

  dispose(): void {
    this.#closed.abort();
    this.#sessionsListener.dispose();
    this.#changes.dispose();
  }

  async #signIn(scopes: readonly string[], accountId: string | undefined): Promise<SessionRecord> {
    const { service } = this;
    this.#log.info(`Signing in with ${service.label}, scopes: ${scopes.join(' ') || 'none'}.`);
    const flow = async (screen: SignInScreen, cancelled: AbortSignal): Promise<SessionRecord> => {
      const elsewhere = this.#signInElsewhere(scopes, accountId);
      const signal = AbortSignal.any([cancelled, this.#closed.signal, elsewhere.signal]);
      try {
        const result = await signIn(service, scopes, screen, this.#clock, this.#log, signal);
        elsewhere.dispose();
        if (result.kind !== 'signedIn') throw this.#errorOf(result);
        const record = await this.#keep(scopes, result.grant, result.person);
        this.#log.info(`Signed in with ${service.label}.`);
        return record;
      } catch (error) {
        if (!signal.aborted) throw error;
        if (elsewhere.session !== undefined) {
          this.#log.info(`Signed in with ${service.label} in another window.`);
          return elsewhere.session;
        }
        this.#log.info(`The sign-in with ${service.label} was cancelled.`);
        throw new vscode.CancellationError();
      } finally {
        elsewhere.dispose();
      }
    };
    try {
      return await this.#view.show(service.label, flow);
    } catch (error) {
      if (error instanceof SignInError) this.#view.failed(error);
      throw error;
    }
  }

  /** Aborts its signal when another window completes the same sign-in. */
  #signInElsewhere(scopes: readonly string[], accountId: string | undefined): SignInElsewhere {
    const done = new AbortController();
    const listener = this.sessions.onDidChange(({ record, isSignIn }) => {
      if (!isSignIn || !sameScopes(record.scopes, scopes)) return;
      if (accountId !== undefined && record.person.accountId !== accountId) return;
      elsewhere.session = record;
      done.abort();
    });
    const elsewhere: SignInElsewhere = {
      signal: done.signal,
      session: undefined,
      dispose: () => {
        listener.dispose();
      },
    };
    return elsewhere;
  }

  #errorOf(result: Exclude<SignInResult, { kind: 'signedIn' }>): SignInError {
    const { service } = this;
    const reason = result.kind === 'failed' ? result.failure.kind : result.kind;
    this.#log.warn(`The sign-in with ${service.label} ended: ${reason}.`);
    if (result.kind === 'failed') {
      const setting = settingToBlame(result.failure, service);
      return new SignInError(failureMessage(result.failure, service), { setting });
    }
    return new SignInError(
      vscode.l10n.t(
        'The time for signing in with {0} ran out before you approved. Sign in again to start anew.',
        service.label,
      ),
    );
  }

  async #keep(scopes: readonly string[], grant: Grant, person: Person): Promise<SessionRecord> {
    try {
      return await this.sessions.keep(scopes, grant, person);
    } catch (error) {
      // What has only taken too long may still get there, and is not to be dead by then.
      const isLate = error instanceof StoreError && error.cause instanceof TimeLimitError;
      if (!isLate) revokeInBackground(this.service, grant, this.#clock, this.#log);
      if (!(error instanceof StoreError)) throw error;
      this.#log.warn('The session could not be stored.');
      throw new SignInError(
        vscode.l10n.t(
          'You were signed in to {0}, but the session could not be stored. Unlock your system’s keyring, then sign in again.',
          this.service.label,
        ),
        { cause: error },
      );
    }
  }

  #eventOf({ kind, record }: StoreChange): vscode.AuthenticationProviderAuthenticationSessionsChangeEvent {
    const session = toSession(record);
    if (kind === 'added') return { added: [announced(session)], removed: [], changed: [] };
    if (kind === 'changed') return { added: [], removed: [], changed: [session] };
    // VS Code drops the whole account with one removed session, unless its other sessions are named as changed.
    const siblings = this.sessions.siblings(record).map((each) => toSession(each));
    return { added: [], removed: [session], changed: siblings };
  }
}

interface SignInElsewhere {
  readonly signal: AbortSignal;
  session: SessionRecord | undefined;
  readonly dispose: () => void;
}

function toSession(
  record: SessionRecord,
  scopes: readonly string[] = record.scopes,
): vscode.AuthenticationSession {
  const { id, accessToken, person } = record;
  return { id, accessToken, account: { id: person.accountId, label: person.accountLabel }, scopes };
}

/**
 * VS Code takes the sign-in entry out of the Accounts menu when it hears of a session with the scopes of the entry,
 * but remembers no scopes as one empty scope (seen in 1.139): so it hears of one.
 */
function announced(session: vscode.AuthenticationSession): vscode.AuthenticationSession {
  return session.scopes.length === 0 ? { ...session, scopes: [''] } : session;
}
