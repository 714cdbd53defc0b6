import { IdentityHandles } from '../../../src/provider/identityHandles.ts';
import { type SharedIdentity, SharedIdentities } from '../../../src/provider/sharedIdentities.ts';
import type { Person } from '../../../src/services/person.ts';
import type { Grant } from '../../../src/services/service.ts';
import type { LiveSession } from '../../../src/sessions/record.ts';
import { FakeStorage } from './fakeStorage.ts';
import { SessionWorld, type Window } from './sessionWorld.ts';

/** A window, and what extensions can know in it. */
export interface IdentityWindow extends Window {
  readonly handles: IdentityHandles;
  readonly shared: SharedIdentities;
  /** Every change that extensions hear of, such as `added bap-1`. */
  readonly heard: string[];
}

/** Windows with sessions that have a BAP identity. */
export class IdentityWorld {
  readonly sessions = new SessionWorld();
  readonly clock = this.sessions.clock;
  readonly service = this.sessions.service;
  /** Where the handles are. */
  readonly storage = new FakeStorage(this.clock);

  async ready(): Promise<IdentityWindow> {
    const window = await this.sessions.ready();
    const runtime = { clock: window.process.clock, log: window.log, closed: window.closed.signal };
    const handles = new IdentityHandles(this.storage.window(), runtime);
    const shared = new SharedIdentities(window.all, handles, runtime);
    const heard: string[] = [];
    shared.onDidChange(({ kind, identity }) => heard.push(`${kind} ${identity.record.person.accountId}`));
    await this.clock.settle();
    return Object.assign(window, { handles, shared, heard });
  }

  /** The user signs in in this window. */
  signIn(
    { sessions }: IdentityWindow,
    grant: Grant = this.service.grant(),
    accountId = 'bap-1',
    different: Partial<Person> = {},
  ): Promise<LiveSession> {
    const person = {
      accountId,
      accountLabel: `Ann (${accountId})`,
      subject: 'user-1',
      name: 'Ann',
      bap: { bapId: accountId, rootAddressProven: false },
      ...different,
    };
    return sessions.keep({ scopes: ['openid'], grant, person }, new AbortController().signal);
  }

  /** An extension asks for the identity of a session in this window. */
  async share({ shared }: IdentityWindow, record: LiveSession): Promise<SharedIdentity> {
    const identity = await shared.share(record);
    await this.clock.settle();
    if (identity === undefined) throw new Error('there is no such session');
    return identity;
  }

  /** The texts of all handles in storage. */
  stored(): string {
    return [...this.storage.stored.values()].join();
  }
}

/** What extensions can get, such as `bap-1`. */
export function listed({ shared }: IdentityWindow): string[] {
  return shared.list().map(({ record }) => record.person.accountId);
}

/** The handles that extensions can get. */
export function handlesOf({ shared }: IdentityWindow): string[] {
  return shared.list().map(({ handle }) => handle.text);
}
