import { NEVER } from '../../src/base/timeLimit.ts';
import type { Http } from '../../src/http/send.ts';
import type { Problem } from '../../src/http/outcome.ts';
import type { Failed } from '../../src/oauth/failure.ts';
import type {
  Grant,
  IdentityService,
  PendingSignIn,
  ServiceFailure,
  WaitResult,
} from '../../src/services/service.ts';
import type { Recorder } from './recorder.ts';

/** What the probe of a service needs. */
export interface Context {
  /** Its `fetch` is the recorder's. */
  readonly http: Http;
  readonly recorder: Recorder;
  /** The same without the recorder, for requests that the product never sends. */
  readonly unrecorded: Http;
  /** Tells the user something that is not part of the table. */
  readonly say: (text: string) => void;
  /** Aborts at Ctrl+C. To be looked at between two requests. */
  readonly interrupted: AbortSignal;
  /** Aborts five seconds later: an answer that is on its way may be the only copy of a token. */
  readonly signal: AbortSignal;
}

/** What came of the probe of a service. */
export type Ending =
  | { kind: 'unreached'; problem: Problem | 'notTheService' }
  /** `why`: why rows are missing. */
  | { kind: 'stopped'; why: string }
  | { kind: 'done' };

/** The texts of the product, which the probe does not show. */
export const NO_TEXTS = { purpose: '', tokenRights: '' };

/** Says what to do in the browser, and waits for it as long as the code lives. Rejects at Ctrl+C, signed out. */
export async function waitForApproval(
  { interrupted, signal, say, http }: Context,
  service: IdentityService,
  pending: PendingSignIn,
  held: HeldGrants,
): Promise<WaitResult> {
  const minutes = Math.max(1, Math.round((pending.deadlineMs - http.clock.now()) / 60_000));
  say(
    [
      `Sign in to ${service.label} in your browser within ${minutes} min:`,
      ...(pending.userCode === undefined ? [] : [`  Code: ${pending.userCode}`]),
      `  Link: ${pending.browserUri}`,
      'Ctrl+C stops and signs out. Don’t pass on these lines, only the table.',
    ].join('\n'),
  );
  const check = (): Promise<void> => {
    interrupted.throwIfAborted();
    return Promise.resolve();
  };
  try {
    const waited = await pending.wait(signal, () => undefined, { signal: interrupted, check });
    if (waited.kind === 'granted') held.add(waited.grant);
    return waited;
  } catch (error) {
    // The user may have approved just now. Where the product would ask once more, so does this.
    const last = service.resume(pending.toResume, http.clock.now());
    const waited = await last?.wait(signal, () => undefined);
    if (waited?.kind === 'granted') held.add(waited.grant);
    throw error;
  }
}

/** Why there is no token. The server's own words could be anything, so they are left out. */
export function failureWords({ failure }: Failed<ServiceFailure>): string {
  switch (failure.kind) {
    case 'denied':
      return 'The sign-in was denied in the browser.';
    case 'clientRefused':
      return 'The server refuses the client ID. Try another one with --client-id.';
    case 'codeSpent':
      return 'The server says that the code is unknown or used.';
    default:
      return 'The server refused the sign-in.';
  }
}

/** The grants that were received, to be revoked before the end. */
export class HeldGrants {
  readonly #service: IdentityService;
  readonly #grants = new Map<string, Grant>();

  constructor(service: IdentityService) {
    this.#service = service;
  }

  add(grant: Grant): void {
    this.#grants.set(grant.accessToken, grant);
  }

  /** Revokes a grant, and asks the service whether it is dead. It is held until the service says so. */
  async revoke(grant: Grant): Promise<'dead' | 'alive' | 'unknown'> {
    await this.#service.revoke(grant, NEVER);
    const verified = await this.#service.verify(grant, NEVER);
    if (verified.kind === 'rejected') this.#grants.delete(grant.accessToken);
    if (verified.kind === 'valid') this.add(verified.grant);
    return verified.kind === 'rejected' ? 'dead' : verified.kind === 'valid' ? 'alive' : 'unknown';
  }

  /** Revokes what is left. False if the service does not confirm that it is dead. */
  async revokeAll(): Promise<boolean> {
    for (const grant of [...this.#grants.values()]) await this.revoke(grant);
    return this.#grants.size === 0;
  }
}
