import * as vscode from 'vscode';
import * as z from 'zod/mini';

import type { BapIdentityApi, Identity, IdentityChange, IdentityError, Provider } from '../api.ts';
import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import type { LiveSession } from '../sessions/record.ts';
import type { FoundSession, Sessions } from '../sessions/sessions.ts';
import { unknownSessionMessage, unreadableMessage } from '../signIn/failureMessages.ts';
import { BAP_IDENTITY } from './bapIdentityProvider.ts';
import { accountOf } from './session.ts';
import type { SharedIdentities } from './sharedIdentities.ts';

/** Input from other extensions is validated like everything else from outside. */
const GivenSession = z.object({ id: z.string(), accessToken: z.string() });

class IdentityApiError extends Error implements IdentityError {
  override readonly name = 'IdentityError';
  readonly code: IdentityError['code'];

  constructor(code: IdentityError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** A session that an extension has passed in. `isHandle`: it is one of `bap-identity`, without the token. */
interface PresentedSession extends FoundSession {
  readonly isHandle: boolean;
}

/** The public API over the sessions of all services and of `bap-identity`. See api.ts for its errors. */
export function createIdentityApi(
  sessions: Sessions,
  shared: SharedIdentities,
  { closed, log }: Runtime,
): { readonly api: BapIdentityApi; dispose(): void } {
  const changes = new vscode.EventEmitter<IdentityChange>();
  const tell = (kind: IdentityChange['kind'], provider: Provider, record: LiveSession): void => {
    changes.fire(frozen({ kind, provider, account: accountOf(record) }));
  };
  const listeners = [
    ...sessions.byService.map(({ records, service }) =>
      records.onDidChange(({ kind, record, siblings }) => {
        // An account is added with its first session and removed with its last.
        tell(siblings.length > 0 ? 'changed' : kind, service.id, record);
      }),
    ),
    shared.onDidChange(({ kind, identity }) => {
      tell(kind, BAP_IDENTITY.id, identity.record);
    }),
  ];

  const getIdentity = async (given: unknown): Promise<Identity> => {
    const found = await find(sessions, shared, given).catch((cause: unknown) => {
      log.warn(`An identity could not be looked up: ${describeError(cause)}.`);
      throw new IdentityApiError('unavailable', unreadableMessage(), { cause });
    });
    if (found === undefined) throw new IdentityApiError('unknownSession', unknownSessionMessage());
    return identityOf(found);
  };

  const verifySession = async (given: unknown): Promise<boolean> => {
    try {
      const found = await find(sessions, shared, given);
      return found !== undefined && (await found.sessions.verification.verify(found.record.id, closed));
    } catch (error) {
      log.warn(`A session could not be verified: ${describeError(error)}.`);
      return true; // no definite answer
    }
  };

  return {
    api: Object.freeze({ apiVersion: 1, getIdentity, verifySession, onDidChangeIdentity: changes.event }),
    dispose: () => {
      for (const listener of listeners) listener.dispose();
      changes.dispose();
    },
  };
}

/**
 * A caller that has the token or the handle got it with the user's consent; an ID alone proves nothing. Returns
 * undefined for a session that we did not issue, or whose server is not the configured one. Throws a StoreError when
 * the sessions cannot be read.
 */
async function find(
  sessions: Sessions,
  shared: SharedIdentities,
  given: unknown,
): Promise<PresentedSession | undefined> {
  const session = readGiven(given);
  if (session === undefined) return undefined;
  await sessions.load();
  const found = sessions.find(session.id);
  if (found !== undefined)
    return found.record.grant.accessToken === session.accessToken ? { ...found, isHandle: false } : undefined;
  await shared.load();
  const identity = shared.withId(session.id);
  return identity?.handle.text === session.accessToken ? { ...identity, isHandle: true } : undefined;
}

/** Reading an object from another extension can throw. */
function readGiven(given: unknown): z.infer<typeof GivenSession> | undefined {
  try {
    return z.safeParse(GivenSession, given).data;
  } catch {
    return undefined;
  }
}

/** An email address takes consent of its own at the service, which a handle does not have. */
function identityOf({ record, sessions, isHandle }: PresentedSession): Identity {
  const { subject, name, email, picture, bap } = record.person;
  return frozen({
    provider: sessions.service.id,
    server: record.server,
    subject,
    name,
    ...(email !== undefined && !isHandle && { email }),
    ...(picture !== undefined && { picture }),
    ...(bap !== undefined && { bap }),
  });
}

/** A deeply frozen copy. */
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
