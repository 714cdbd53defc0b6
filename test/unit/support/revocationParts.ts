import type { SessionParts } from '../../../src/sessions/sessions.ts';
import type { FakeClock } from './fakeClock.ts';
import { FakeStorage } from './fakeStorage.ts';

/** What revocations need, where no test looks at them. */
export function revocationParts(clock: FakeClock): Pick<SessionParts, 'revocations' | 'isSigningIn'> {
  return { revocations: new FakeStorage(clock).workWindow(), isSigningIn: () => Promise.resolve(false) };
}
