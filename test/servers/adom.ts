import { AdomApi, type ApiOptions } from './adom/api.ts';
import { Intents } from './adom/intents.ts';
import { AdomPages } from './adom/pages.ts';
import { demoPerson, secondPerson, type Person } from './adom/people.ts';
import { IntentStreams } from './adom/stream.ts';
import { FaultQueue, type Exchange, type Fault } from './faults.ts';
import { listen } from './listen.ts';

export { requestsTo, type Exchange, type Fault, type StreamFault } from './faults.ts';
export { demoPerson, secondPerson, type Person } from './adom/people.ts';

export interface AdomOptions extends ApiOptions {
  /** Any free one if left out. */
  port?: number;
  /** Who can log in; the demo person and the second one if left out. */
  people?: readonly Person[];
  /** How long a stream is quiet at most. */
  pingMs?: number;
  /** The wall clock that intents and sessions end by. Pings keep to real time. */
  now?: () => number;
}

export interface AdomServer {
  /** Such as `http://127.0.0.1:4321`, without a slash at the end. */
  readonly url: string;
  /** Everything that arrived, in order. */
  readonly requests: Exchange[];
  readonly people: readonly Person[];
  /** How many event streams are open now. */
  readonly openStreams: number;
  /** Makes the next request to an endpoint go wrong: `failNext('/auth/intents', { kind: 'drop' })`. */
  failNext(endpoint: string, fault: Fault, times?: number): void;
  /** Forgets the faults that nothing has met yet. */
  clearFaults(): void;
  /** What the page does, without a browser and whatever the code. Without a token: the newest intent. */
  approve(token?: string, personIndex?: number): void;
  /** The intent is over now, as if its 15 minutes had passed. */
  expire(token?: string): void;
  /** How often the session token of an intent was handed out. */
  retrievals(token?: string): number;
  /** The session is over from now on. */
  endSession(sessionToken: string): void;
  close(): Promise<void>;
}

/** Adom for tests and for `npm start`: nobody outside has its server, so this one is written from its documents. */
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
        // A front of theirs turns away who does not say what it is.
        if ((request.headers.get('user-agent') ?? '').trim() === '')
          return new Response('Forbidden', { status: 403 });
        return (await pages.answer(request)) ?? api.answer(request, fault);
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
    endSession: (sessionToken) => {
      intents.endSession(sessionToken);
    },
    close: () => listener.close(),
  };
}
