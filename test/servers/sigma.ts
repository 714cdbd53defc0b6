import { FaultQueue, type Exchange, type Fault } from './faults.ts';
import { listen } from './listen.ts';
import { Approvals, password } from './sigma/approval.ts';
import { SigmaApi, type ApiOptions } from './sigma/api.ts';
import { createAuth, type AuthOptions, type Database } from './sigma/auth.ts';
import { addClients, OAUTH_TABLES } from './sigma/oauthRoad.ts';
import { addOrganizations } from './sigma/organizations.ts';
import { SigmaPages } from './sigma/pages.ts';
import { demoPerson, secondPerson, type Person } from './sigma/people.ts';

export { requestsTo, type Exchange, type Fault } from './faults.ts';
export { notAMember } from './sigma/organizations.ts';
export {
  demoPerson,
  identityWithoutProfile,
  personWithoutIdentity,
  secondPerson,
  type BapIdentity,
  type Person,
} from './sigma/people.ts';

export interface SigmaOptions extends AuthOptions, ApiOptions {
  /** A free port by default. */
  port?: number;
  /** The users who can sign in. By default the two demo users. */
  people?: readonly Person[];
  /**
   * Whether the user chooses an identity when approving, so that the token has one from the start, as on older servers.
   * By default a token has no identity until its client sets an active organization.
   */
  identityAtApproval?: boolean;
}

export interface SigmaServer {
  /** Such as `http://127.0.0.1:4321`, without a slash at the end. */
  readonly url: string;
  /** All requests, in order. */
  readonly requests: Exchange[];
  readonly people: readonly Person[];
  /** Makes the next request to an endpoint fail: `failNext('/api/auth/device/token', { kind: 'drop' })`. */
  failNext(endpoint: string, fault: Fault, times?: number): void;
  /** Discards unused faults. */
  clearFaults(): void;
  /** The newest user code. */
  readonly newestUserCode: string | undefined;
  /**
   * Approves a code like the page, but without a browser. `personIndex` is an index into `people`, and `identityIndex`
   * into that user's identities, which matters only with `identityAtApproval`.
   */
  approve(userCode: string, identityIndex?: number, personIndex?: number): Promise<void>;
  deny(userCode: string, personIndex?: number): Promise<void>;
  /** Makes the code expire now. */
  expire(userCode: string): void;
  /** Moves the last poll of a code: the next one comes too soon after a time in the future, whenever it comes. */
  setLastPoll(userCode: string, atMs: number): void;
  /** What better-auth itself answers to `get-session` for a token: `null` if it knows no session for it. */
  sessionOf(token: string): Promise<unknown>;
  /** Ends the session of an access token, but not its refresh token. */
  endSession(token: string): Promise<void>;
  setRevocation(there: boolean): void;
  /** Takes the server off the network, or brings it back at the same address. */
  setReachable(reachable: boolean): Promise<void>;
  close(): Promise<void>;
}

/**
 * A reference server for tests and `npm start`: better-auth with Sigma Identity's additions and pages for the user.
 */
export async function startSigmaServer(options: SigmaOptions = {}): Promise<SigmaServer> {
  const people = options.people ?? [demoPerson, secondPerson];
  const db: Database = {
    user: [],
    session: [],
    account: [],
    verification: [],
    deviceCode: [],
    organization: [],
    member: [],
    invitation: [],
    ...Object.fromEntries(OAUTH_TABLES.map((table) => [table, []])),
  };
  const faults = new FaultQueue();
  const started = Promise.withResolvers<{ approvals: Approvals; api: SigmaApi }>();

  const listener = await listen({
    port: options.port,
    faults,
    handler: async (url) => {
      const auth = createAuth(url, db, options, people);
      if (options.oauth !== undefined) await addClients(auth, options.oauth);
      for (const person of people) {
        const { label: name, email } = person;
        const { user } = await auth.api.signUpEmail({ body: { name, email, password } });
        if (options.organizations !== false) await addOrganizations(auth, user.id, person);
      }
      const approvals = new Approvals(auth, url, options.identityAtApproval ?? false);
      const api = new SigmaApi(auth, approvals, people, options);
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
    setLastPoll: (userCode, atMs) => {
      for (const row of db.deviceCode) if (row.userCode === userCode) row.lastPolledAt = new Date(atMs);
    },
    sessionOf: (token) => api.sessionOf(token),
    endSession: (token) => api.endSession(token),
    setRevocation: (there) => {
      api.revocation = there;
    },
    setReachable: (reachable) => listener.setReachable(reachable),
    close: () => listener.close(),
  };
}
