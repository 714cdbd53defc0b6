import { FaultQueue, type Exchange, type Fault } from './faults.ts';
import { listen } from './listen.ts';
import { Approvals, password } from './sigma/approval.ts';
import { SigmaApi } from './sigma/api.ts';
import { createAuth, type AuthOptions, type Database } from './sigma/auth.ts';
import { SigmaPages } from './sigma/pages.ts';
import { demoPerson, secondPerson, type Person } from './sigma/people.ts';

export { requestsTo, type Exchange, type Fault } from './faults.ts';
export {
  demoPerson,
  identityWithoutProfile,
  secondPerson,
  type BapIdentity,
  type Person,
} from './sigma/people.ts';

export interface SigmaOptions extends AuthOptions {
  /** Any free one if left out. */
  port?: number;
  /** Who can sign in; the demo person and the second one if left out. */
  people?: readonly Person[];
  /** Whether `POST /api/auth/oauth2/revoke` is there; stock better-auth answers 404. */
  revocation?: boolean;
  /** Whether the device gets a refresh token, and `POST /api/auth/oauth2/token` takes it; not so at Sigma Identity today. */
  refreshTokens?: boolean;
}

export interface SigmaServer {
  /** Such as `http://127.0.0.1:4321`, without a slash at the end. */
  readonly url: string;
  /** Everything that arrived, in order. */
  readonly requests: Exchange[];
  readonly people: readonly Person[];
  /** Makes the next request to an endpoint go wrong: `failNext('/api/auth/device/token', { kind: 'drop' })`. */
  failNext(endpoint: string, fault: Fault, times?: number): void;
  /** Forgets the faults that nothing has met yet. */
  clearFaults(): void;
  /** The code that was asked for last. */
  readonly newestUserCode: string | undefined;
  /** What the page does, without a browser. Indexes count from 0: the identity among the person's, the person among `people`. */
  approve(userCode: string, identityIndex?: number, personIndex?: number): Promise<void>;
  deny(userCode: string, personIndex?: number): Promise<void>;
  /** The code is over now, whatever its life was. */
  expire(userCode: string): void;
  /** The access token is dead from now on. Its refresh token, if it has one, is not. */
  endSession(token: string): Promise<void>;
  setRevocation(there: boolean): void;
  close(): Promise<void>;
}

/** Sigma Identity for tests and for `npm start`: better-auth itself, with what Sigma adds and a page for the person. */
export async function startSigmaServer(options: SigmaOptions = {}): Promise<SigmaServer> {
  const people = options.people ?? [demoPerson, secondPerson];
  const db: Database = { user: [], session: [], account: [], verification: [], deviceCode: [] };
  const faults = new FaultQueue();
  const started = Promise.withResolvers<{ approvals: Approvals; api: SigmaApi }>();

  const listener = await listen({
    port: options.port,
    faults,
    handler: async (url) => {
      const auth = createAuth(url, db, options);
      for (const { label: name, email } of people)
        await auth.api.signUpEmail({ body: { name, email, password } });
      const approvals = new Approvals(auth, url);
      const api = new SigmaApi(auth, approvals, options.revocation ?? false, options.refreshTokens ?? false);
      const pages = new SigmaPages(auth, approvals, people, url);
      started.resolve({ approvals, api });
      return async (request) => (await pages.answer(request)) ?? api.answer(request);
    },
  });
  const { approvals, api } = await started.promise;

  const personAt = (index: number): Person => {
    const person = people[index];
    if (person === undefined) throw new Error(`There is no person ${index}`);
    return person;
  };
  return {
    url: listener.url,
    requests: listener.requests,
    people,
    get newestUserCode() {
      return db.deviceCode.at(-1)?.userCode;
    },
    failNext: (endpoint, fault, times) => {
      faults.failNext(endpoint, fault, times);
    },
    clearFaults: () => {
      faults.clear();
    },
    approve: (userCode, identityIndex = 0, personIndex = 0) =>
      approvals.decideAs(personAt(personIndex), userCode, 'approve', identityIndex),
    deny: (userCode, personIndex = 0) => approvals.decideAs(personAt(personIndex), userCode, 'deny', 0),
    expire: (userCode) => {
      for (const row of db.deviceCode) if (row.userCode === userCode) row.expiresAt = new Date(0);
    },
    endSession: (token) => api.endSession(token),
    setRevocation: (there) => {
      api.revocation = there;
    },
    close: () => listener.close(),
  };
}
