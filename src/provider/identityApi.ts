import * as vscode from 'vscode';
import * as z from 'zod/mini';

import type { BapIdentityApi, Identity, IdentityChange, IdentityError } from '../api.ts';
import type { SessionRecord } from '../sessions/sessionRecord.ts';
import type { SessionStore } from '../sessions/sessionStore.ts';
import { unreadableMessage } from './messages.ts';
import type { ServiceSessions } from '../sessions/serviceSessions.ts';

/** Other extensions are outside, too. */
const Session = z.object({ id: z.string(), accessToken: z.string() });

class IdentityApiError extends Error implements IdentityError {
  override readonly name = 'IdentityError';
  readonly code: IdentityError['code'];

  constructor(code: IdentityError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The public API over the sessions of all services, for as long as `closed` has not aborted. */
export class IdentityApi implements vscode.Disposable {
  readonly api: BapIdentityApi;
  readonly #sessions: readonly ServiceSessions[];
  readonly #store: SessionStore;
  readonly #closed: AbortSignal;
  readonly #changes = new vscode.EventEmitter<IdentityChange>();
  readonly #listeners: { dispose(): void }[];

  constructor(sessions: readonly ServiceSessions[], store: SessionStore, closed: AbortSignal) {
    this.#sessions = sessions;
    this.#store = store;
    this.#closed = closed;
    this.#listeners = sessions.map((each) =>
      each.onDidChange(({ kind, record }) => {
        const { accountId: id, accountLabel: label } = record.person;
        // An account comes with its first session and goes with its last.
        const ofAccount = each.siblings(record).length > 0 ? 'changed' : kind;
        this.#changes.fire(frozen({ kind: ofAccount, provider: each.service.id, account: { id, label } }));
      }),
    );
    this.api = Object.freeze({
      apiVersion: 1,
      getIdentity: (session: unknown) => this.#getIdentity(session),
      verifySession: (session: unknown) => this.#verifySession(session),
      onDidChangeIdentity: this.#changes.event,
    });
  }

  dispose(): void {
    for (const listener of this.#listeners) listener.dispose();
    this.#changes.dispose();
  }

  async #getIdentity(session: unknown): Promise<Identity> {
    const found = await this.#find(session).catch((cause: unknown) => {
      throw new IdentityApiError('unavailable', unreadableMessage(), { cause });
    });
    if (found === undefined)
      throw new IdentityApiError(
        'unknownSession',
        vscode.l10n.t(
          'This is not a session of BAP Identity, or no longer. Ask VS Code for the session again.',
        ),
      );
    const { subject, name, email, picture, bap } = found.record.person;
    return frozen({
      provider: found.sessions.service.id,
      subject,
      name,
      ...(email !== undefined && { email }),
      ...(picture !== undefined && { picture }),
      ...(bap !== undefined && { bap }),
    });
  }

  async #verifySession(session: unknown): Promise<boolean> {
    try {
      const found = await this.#find(session);
      return found !== undefined && (await found.sessions.verify(found.record.id, this.#closed));
    } catch {
      return true; // storage fails, or the window closes: in doubt
    }
  }

  /** Whoever has the token has been given it by the person's consent; an id alone proves nothing. */
  async #find(session: unknown): Promise<{ record: SessionRecord; sessions: ServiceSessions } | undefined> {
    const given = z.safeParse(Session, session).data;
    if (given === undefined) return undefined;
    await this.#store.load();
    const record = this.#store.get(given.id);
    const sessions = this.#sessions.find((each) => each.service.id === record?.provider);
    if (sessions === undefined || record?.accessToken !== given.accessToken) return undefined;
    return { record, sessions };
  }
}

/** A copy that nobody can change, all the way down. */
function frozen<T extends object>(value: T): T {
  const copy = structuredClone(value);
  freeze(copy);
  return copy;
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  Object.freeze(value);
  Object.values(value).forEach(freeze);
}
