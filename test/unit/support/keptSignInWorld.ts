import { itemFor, newestItems } from '../../../src/sessions/items.ts';
import type { HeldLock } from '../../../src/sessions/ports.ts';
import { KeptSignIn } from '../../../src/signIn/keptSignIn.ts';
import type { About, Progress } from '../../../src/signIn/signInRecord.ts';
import { FakeClock } from './fakeClock.ts';
import { FakeStorage } from './fakeStorage.ts';
import { RecordingLog } from './recordingLog.ts';

export const ABOUT: About = {
  format: 1,
  serviceId: 'sigma-identity',
  scopes: ['profile'],
  isForExtension: true,
};
export const WAITING: Progress = { kind: 'waiting', toResume: { deviceCode: 'canary' }, deadlineMs: 1 };
export const GRANTED: Extract<Progress, { kind: 'granted' }> = {
  kind: 'granted',
  grant: { server: 'https://auth.example', accessToken: 'a' },
};

/** One sign-in, its storage, and its lock, which another window can take. */
export class KeptSignInWorld {
  readonly clock = new FakeClock();
  readonly storage = new FakeStorage(this.clock);
  readonly log = new RecordingLog();
  readonly closed = new AbortController();
  readonly kept: KeptSignIn;
  isHeld = true;
  /** Why no lock can be had. */
  lockFailure: Error | undefined;
  /** How often the window looked whether it still has the lock. */
  looks = 0;

  constructor(revision = 0) {
    const lock: HeldLock = {
      handedOn: undefined,
      isHeld: () => {
        this.looks += 1;
        return Promise.resolve(this.isHeld);
      },
      handOn: () => undefined,
    };
    this.kept = new KeptSignIn('id', ABOUT, revision, {
      storage: this.storage.workWindow(),
      locks: {
        withLock: (_name, _signal, work) =>
          this.lockFailure ? Promise.reject(this.lockFailure) : work(lock),
        claimFor: () => Promise.resolve(true),
      },
      runtime: { clock: this.clock, log: this.log, closed: this.closed.signal },
    });
  }

  /** A sign-in that its window owns. */
  static async owned(revision?: number): Promise<KeptSignInWorld> {
    const world = new KeptSignInWorld(revision);
    void world.kept.ownNew();
    await world.clock.settle();
    return world;
  }

  /** What the newest version says, and its revision. */
  stored(): [revision: number | undefined, text: unknown] {
    const item = newestItems(this.storage.stored.keys()).get('id');
    const text = item && this.storage.stored.get(item.name);
    return [item?.version.revision, text ? JSON.parse(text) : text];
  }

  /** Another window stores a version, or a mark. */
  async put(revision: number, progress: Progress | undefined): Promise<void> {
    const text = progress && JSON.stringify({ ...ABOUT, progress });
    const item = itemFor('id', { signIn: 1, revision, amendment: 0 }, text);
    await this.storage.workWindow().add(item, text ?? '');
  }

  /** What the work brings within this time. */
  async after<T>(ms: number, work: Promise<T>): Promise<T | 'still waiting'> {
    let result: T | 'still waiting' = 'still waiting';
    void work.then((value) => (result = value));
    await this.clock.advance(ms);
    return result;
  }
}
