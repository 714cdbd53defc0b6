import * as vscode from 'vscode';

import { isWithin } from '../base/clock.ts';
import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import type { LiveSession } from '../sessions/record.ts';
import { StoreError } from '../sessions/storedSessions.ts';
import { runEditorCommand } from '../signIn/editorCommands.ts';
import { noScopesMessage, stillSharedMessage } from '../signIn/failureMessages.ts';
import { SAME_MOMENT_MS } from '../signIn/sharedSignIns.ts';
import { SignInError, type SignInUi } from '../signIn/signInUi.ts';
import { type ChangeEvent, emptyOrThrow, type ServiceProvider } from './provider.ts';
import { accountOf, announced } from './session.ts';
import type { SharedChange, SharedIdentities, SharedIdentity } from './sharedIdentities.ts';
import type { SharePicker } from './sharePicker.ts';

/** Not a service: it has no server, and its sessions are those of the services, without their tokens. */
export const BAP_IDENTITY = { id: 'bap-identity', label: 'BAP Identity' } as const;

interface Asked {
  /** The account that the extension names. */
  readonly accountId: string | undefined;
  readonly record: Promise<LiveSession>;
  endedAtMs?: number;
}

/**
 * Tells extensions who the user is, without the keys: the access token of its sessions is a handle, which is good for
 * the identity API and worthless to every server. VS Code asks for this consent separately from that for the service's
 * token.
 */
export class BapIdentityProvider implements vscode.AuthenticationProvider, vscode.Disposable {
  readonly #source: ServiceProvider;
  readonly #shared: SharedIdentities;
  readonly #picker: Pick<SharePicker, 'ask' | 'show'>;
  readonly #view: SignInUi;
  readonly #runtime: Runtime;
  readonly #changes = new vscode.EventEmitter<ChangeEvent>();
  readonly #listener: { dispose(): void };
  #latest: Asked | undefined;

  readonly onDidChangeSessions = this.#changes.event;

  /** `source` signs in a user who has no identity here. */
  constructor(
    source: ServiceProvider,
    shared: SharedIdentities,
    picker: Pick<SharePicker, 'ask' | 'show'>,
    view: SignInUi,
    runtime: Runtime,
  ) {
    this.#source = source;
    this.#shared = shared;
    this.#picker = picker;
    this.#view = view;
    this.#runtime = runtime;
    this.#listener = shared.onDidChange((change) => {
      this.#changes.fire(eventOf(change));
    });
  }

  /**
   * Returns the identities that extensions have asked for, from memory. It has no scopes, so there are none for any
   * scope. See `emptyOrThrow` for its errors.
   */
  async getSessions(
    scopes: readonly string[] | undefined,
    { account }: vscode.AuthenticationProviderSessionOptions = {},
  ): Promise<vscode.AuthenticationSession[]> {
    if (hasScopes(scopes)) return [];
    try {
      await this.#shared.load();
    } catch (error) {
      return emptyOrThrow(scopes, error, this.#runtime.log);
    }
    return this.#shared
      .list()
      .filter(({ record }) => account === undefined || record.person.accountId === account.id)
      .map((identity) => sessionOf(identity, scopes));
  }

  /**
   * Lets an extension know an identity that is signed in: the account that it names, or the only one. With several, or
   * when extensions know it already, the user picks. With none, they sign in first. Throws a CancellationError when the
   * user cancels, and a SignInError when the sign-in fails or brings no identity.
   */
  async createSession(
    scopes: readonly string[],
    { account }: vscode.AuthenticationProviderSessionOptions = {},
  ): Promise<vscode.AuthenticationSession> {
    if (hasScopes(scopes)) throw this.#failed(noScopesMessage(BAP_IDENTITY.label));
    const identity = await this.#shared.share(await this.#chosen(account?.id));
    if (identity !== undefined) return sessionOf(identity, scopes);
    // The server in the settings has changed, or the user has signed out in the meantime.
    throw new vscode.CancellationError();
  }

  /**
   * Takes the identity back from all extensions, and says so. The user stays signed in. An unknown ID is not an error.
   * Throws a SignInError when that could not be stored.
   */
  async removeSession(id: string): Promise<void> {
    await this.#shared.load().catch(() => undefined); // it may be in memory
    const identity = this.#shared.withId(id);
    if (identity === undefined) return;
    this.#runtime.log.info('Stopped sharing an identity with extensions.');
    if (!(await this.#shared.takeBack(identity))) throw this.#failed(stillSharedMessage());
    const { record, sessions } = identity;
    void this.#tellTakenBack(record.person.name, sessions.service.label);
  }

  dispose(): void {
    this.#listener.dispose();
    this.#changes.dispose();
  }

  async #tellTakenBack(name: string, serviceLabel: string): Promise<void> {
    const show = vscode.l10n.t('Show Identity'); // VS Code shortens a message without a button to one line
    const answer = await vscode.window.showInformationMessage(
      vscode.l10n.t({
        message: 'BAP Identity no longer tells extensions that you are {0}. You are still signed in to {1}.',
        args: [name, serviceLabel],
        comment: '{0}: a person, {1}: a service',
      }),
      show,
    );
    if (answer === show) await runEditorCommand(this.#runtime.log, 'bapIdentity.showIdentity');
  }

  /** Extensions that ask at the same moment need one answer. */
  async #chosen(accountId: string | undefined): Promise<LiveSession> {
    const { clock } = this.#runtime;
    const latest = this.#latest;
    if (latest !== undefined && latest.accountId === accountId && isRecent(latest, clock.now())) {
      if (latest.endedAtMs === undefined) this.#picker.show();
      return latest.record;
    }
    const asked: Asked = { accountId, record: this.#choose(accountId) };
    this.#latest = asked;
    try {
      return await asked.record;
    } catch (error) {
      if (this.#latest === asked) this.#latest = undefined;
      throw error;
    } finally {
      asked.endedAtMs = clock.now();
    }
  }

  async #choose(accountId: string | undefined): Promise<LiveSession> {
    const signedIn = await this.#signedIn();
    const wanted = signedIn.filter(({ person }) => accountId === undefined || person.accountId === accountId);
    const [first] = wanted;
    if (first === undefined) return this.#signIn(accountId);
    const isKnown = this.#shared.ofSession(first) !== undefined; // shared already, so the extension asks for another one
    if (wanted.length === 1 && !isKnown) return first;
    const answer = await this.#picker.ask(signedIn);
    if (answer === 'cancel') throw new vscode.CancellationError();
    return answer === 'another' ? this.#signIn(undefined) : answer;
  }

  /** Where the storage fails, a sign-in still works. */
  async #signedIn(): Promise<LiveSession[]> {
    try {
      return await this.#shared.signedIn();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      this.#runtime.log.warn(`The sessions cannot be read: ${describeError(error)}.`);
      return [];
    }
  }

  /** Uses the service's provider itself: VS Code would ask for consent to the token. */
  async #signIn(accountId: string | undefined): Promise<LiveSession> {
    const { service, sessions } = this.#source;
    const account = accountId === undefined ? undefined : { id: accountId, label: '' };
    const { id } = await this.#source.createSession(service.defaultScopes, { ...(account && { account }) });
    const record = sessions.records.configured().find((each) => each.id === id);
    if (record === undefined) throw new vscode.CancellationError(); // signed out in the meantime
    if (record.person.bap !== undefined) return record;
    // The sign-in has said why.
    throw new SignInError(
      vscode.l10n.t(
        'You are signed in to {0} without a BAP identity, so there is none to share. Create one there, or choose one when you sign in again.',
        service.label,
      ),
    );
  }

  /** Shows a failure. */
  #failed(message: string): SignInError {
    const error = new SignInError(message);
    this.#view.failed(error);
    return error;
  }
}

/** True also while the answer is still to come. */
function isRecent({ endedAtMs }: Asked, nowMs: number): boolean {
  return endedAtMs === undefined || isWithin(SAME_MOMENT_MS, nowMs, endedAtMs);
}

/** VS Code stores an empty list of scopes as one empty scope. */
function hasScopes(scopes: readonly string[] | undefined): boolean {
  return scopes?.some((scope) => scope !== '') ?? false;
}

/** The scopes are the caller's own array, because VS Code compares them in order. */
function sessionOf(
  { handle, record }: SharedIdentity,
  scopes: readonly string[] = [],
): vscode.AuthenticationSession {
  return { id: handle.id, accessToken: handle.text, account: accountOf(record), scopes };
}

function eventOf({ kind, identity }: SharedChange): ChangeEvent {
  const session = sessionOf(identity);
  const none: vscode.AuthenticationSession[] = [];
  return {
    added: kind === 'added' ? [announced(session)] : none,
    removed: kind === 'removed' ? [session] : none,
    changed: kind === 'changed' ? [session] : none,
  };
}
