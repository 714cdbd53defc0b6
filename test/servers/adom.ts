import { AdomApi, type ApiOptions } from './adom/api.ts';
import { Intents } from './adom/intents.ts';
import { AdomPages } from './adom/pages.ts';
import { demoPerson, secondPerson, type Person } from './adom/people.ts';
import { IntentStreams } from './adom/stream.ts';
import { withCors } from './cors.ts';
import { FaultQueue, type Exchange, type Fault } from './faults.ts';
import { listen } from './listen.ts';

export { requestsTo, type Exchange, type Fault, type StreamFault } from './faults.ts';
export { demoPerson, secondPerson, type Person } from './adom/people.ts';

export interface AdomOptions extends ApiOptions {
  /** A free port by default. */
  port?: number;
  /** The users who can log in. By default the two demo users. */
  people?: readonly Person[];
  /** Lets pages of any origin use every endpoint, and not only the intents. */
  anyOrigin?: boolean;
  /** The time between two pings of a stream. */
  pingMs?: number;
  /** The wall clock for intents and sessions. Pings use real time. */
  now?: () => number;
}

export interface AdomServer {
  /** Such as `http://127.0.0.1:4321`, without a slash at the end. */
  readonly url: string;
  /** All requests, in order. */
  readonly requests: Exchange[];
  readonly people: readonly Person[];
  /** The number of open event streams. */
  readonly openStreams: number;
  /** Makes the next request to an endpoint fail: `failNext('/auth/intents', { kind: 'drop' })`. */
  failNext(endpoint: string, fault: Fault, times?: number): void;
  /** Discards unused faults. */
  clearFaults(): void;
  /**
   * Approves an intent like the page, but without a browser or code. By default the newest intent.
   */
  approve(token?: string, personIndex?: number): void;
  /** Makes the intent expire now. */
  expire(token?: string): void;
  /** How often the session token of an intent was retrieved. */
  retrievals(token?: string): number;
  /** The name of the user whose token this is, without the rotation that `GET /user` may cause. */
  nameOf(sessionToken: string): string | undefined;
  /** Ends the session, or only this token of it where `rotatesTokens` keeps old ones. */
  endSession(sessionToken: string): void;
  /** Takes the server off the network, or brings it back at the same address. */
  setReachable(reachable: boolean): Promise<void>;
  close(): Promise<void>;
}

/**
 * A reference server for tests and `npm start`, written from Adom's documentation, because Adom publishes no server.
 */
export async function startAdomServer(options: AdomOptions = {}): Promise<AdomServer> {
  const people = options.people ?? [demoPerson, secondPerson];
  const faults = new FaultQueue();
  const intents = new Intents(options.now ?? Date.now);
  const streams = new IntentStreams(intents, options.pingMs ?? 10_000);
  const pages = new AdomPages(intents, people);

  const listener = await listen({
    port: options.port,
    faults,
    handler: (url) => {
      const api = new AdomApi(intents, streams, pages, url, options);
      return async (request, fault) => {
        // A proxy in front of Adom refuses requests without a User-Agent.
        if ((request.headers.get('user-agent') ?? '').trim() === '')
          return new Response('Forbidden', { status: 403 });
        const page = await pages.answer(request);
        if (page !== undefined) return page;
        const { pathname } = new URL(request.url);
        return options.anyOrigin === true || pathname.startsWith('/auth/intents')
          ? withCors(request, () => api.answer(request, fault))
          : api.answer(request, fault);
      };
    },
  });

  return {
    url: listener.url,
    requests: listener.requests,
    people,
    get openStreams() {
      return streams.open;
    },
    failNext: (endpoint, fault, times) => {
      faults.failNext(endpoint, fault, times);
    },
    clearFaults: () => {
      faults.clear();
    },
    approve: (token, personIndex = 0) => {
      const intent = intents.get(token);
      const person = people[personIndex];
      if (person === undefined) throw new Error(`There is no person ${personIndex}`);
      if (intents.isOver(intent)) throw new Error('The intent is over');
      const linked = intents.link(intent, person, intent.confirmationCode);
      if (linked !== 'linked') throw new Error(`The intent is ${linked}`);
    },
    expire: (token) => {
      intents.expire(intents.get(token));
    },
    retrievals: (token) => intents.get(token).retrievals,
    nameOf: (sessionToken) => intents.session(sessionToken)?.person.user.name,
    endSession: (sessionToken) => {
      intents.endSession(sessionToken);
    },
    setReachable: (reachable) => listener.setReachable(reachable),
    close: () => listener.close(),
  };
}
