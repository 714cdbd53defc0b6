import assert from 'node:assert/strict';

import { type Person, provisionalPerson } from '../../../src/services/person.ts';
import type { Grant } from '../../../src/services/service.ts';
import type { LiveSession } from '../../../src/sessions/record.ts';
import { recordOf } from './record.ts';
import { type Kind, type RevocationWindow, RevocationWorld, SECOND_MS } from './revocationWorld.ts';

/** The account that the service names. */
export const ACCOUNT = 'user-1';
/** When the provisional session was signed in, in milliseconds before the start of the test. */
const SIGNED_IN_MS = 60_000;

/** A user whose sign-in was approved while the service could not say who they are: session `a`. */
export class CompletionWorld extends RevocationWorld {
  readonly grant: Grant;
  readonly person: Person;
  readonly signedInAtMs: number;

  constructor(kind: Kind, person: Person = provisionalPerson()) {
    super(kind);
    this.person = person;
    this.signedInAtMs = this.clock.now() - SIGNED_IN_MS;
    this.grant = this.have('a', undefined, { person, signedInAtMs: this.signedInAtMs });
  }

  /** A session that the account has already. */
  haveOther(signedInAtMs: number, different: Partial<Grant> = {}): Grant {
    const person = { ...recordOf('any').person, accountId: ACCOUNT, accountLabel: `Ann (${ACCOUNT})` };
    return this.have('b', { ...this.server.grant(), ...different }, { person, signedInAtMs });
  }

  /** Opens a window, and collects what extensions are told from then on, such as `added a: user-1`. */
  async watched(): Promise<{ window: RevocationWindow; told: string[] }> {
    const window = await this.open();
    const told: string[] = [];
    window.all.onDidChange(({ kind, record, isSignIn }) => {
      told.push(`${kind}${isSignIn ? ' by a sign-in' : ''} ${record.id}: ${record.person.accountId}`);
    });
    return { window, told };
  }

  /** Lets the upkeep look for work once. */
  tick(): Promise<void> {
    return this.clock.advance(30 * SECOND_MS);
  }

  /** The sessions of a window, such as `a: user-1`. */
  sessionsOf(window: RevocationWindow): string[] {
    return this.liveSessions(window).map(({ id, person }) => `${id}: ${person.accountId}`);
  }

  sessionOf(window: RevocationWindow, id: string): LiveSession {
    return this.liveSessions(window).find((each) => each.id === id) ?? assert.fail(`no session ${id}`);
  }

  /** How often the service was asked who the user is. */
  asked(): number {
    return this.server.sent.filter((each) => /\/(?:userinfo|user)$/.test(each)).length;
  }
}
