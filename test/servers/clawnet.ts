import { withCors } from './cors.ts';
import { FaultQueue, type Exchange, type Fault } from './faults.ts';
import { listen } from './listen.ts';

/** An identity's trust in another, as ClawNet returns it. */
export interface TrustEdge {
  sourceBapId: string;
  reason?: string;
  txId?: string;
  onChain: boolean;
  /** In milliseconds. */
  createdAt: number;
  profile: { alternateName?: string; description?: string; image?: string } | null;
}

/** A vouch for or against an identity. */
export interface Vouch {
  auditorBapId: string;
  verdict: 'safe' | 'unsafe';
  reason?: string;
  txId?: string;
  onChain: boolean;
  createdAt: number;
  revoked?: boolean;
}

/** Trust and vouches for one identity, newest first. */
export interface Said {
  trust: readonly TrustEdge[];
  vouches: readonly Vouch[];
}

export interface ClawNetOptions {
  /** A free port by default. */
  port?: number;
  /** By BAP ID. By default for the demo user. */
  said?: Readonly<Record<string, Said>>;
  /** Allows every origin (CORS). */
  anyOrigin?: boolean;
}

export interface ClawNetServer {
  /** Such as `http://127.0.0.1:4321/api/v1`. */
  readonly url: string;
  /** All requests, in order. */
  readonly requests: Exchange[];
  /** Makes the next request to an endpoint fail: `failNext('/api/v1/trust', { kind: 'drop' })`. */
  failNext(endpoint: string, fault: Fault, times?: number): void;
  close(): Promise<void>;
}

/** Distinct BAP IDs. */
export function bapIdOf(index: number): string {
  return `Cn123456789ABCDEFGHJKLMNPQR${String(index).padStart(3, '0').replaceAll('0', 'z')}`;
}

const day = (index: number): number => Date.UTC(2026, 9, 30 - (index % 28), 12);

/** More than one page of trust, and a vouch of each kind. */
export const saidOfDemoPerson: Said = {
  trust: Array.from({ length: 23 }, (_, index) => ({
    sourceBapId: bapIdOf(index),
    ...(index % 3 !== 2 && { reason: ['Reviewed my code for years', 'We met in person'][index % 3] }),
    onChain: index % 4 !== 1,
    ...(index % 4 !== 1 && { txId: String(index).padStart(64, 'a') }),
    createdAt: day(index),
    profile:
      index % 5 === 4
        ? null
        : { alternateName: ['Robin Sage', 'kestrel', 'ללי', 'Grete H.', 'olamide'][index % 5] ?? '' },
  })),
  vouches: [
    {
      auditorBapId: bapIdOf(0),
      verdict: 'safe',
      reason: 'I have used their skills every day',
      txId: 'b'.repeat(64),
      onChain: true,
      createdAt: day(2),
    },
    {
      auditorBapId: bapIdOf(41),
      verdict: 'unsafe',
      reason: 'Asked me for my seed words',
      onChain: false,
      createdAt: day(5),
      revoked: false,
    },
    {
      auditorBapId: bapIdOf(42),
      verdict: 'unsafe',
      reason: 'Mistook them for somebody else',
      txId: 'c'.repeat(64),
      onChain: true,
      createdAt: day(9),
      revoked: true,
    },
  ],
};

const DEMO_PERSON = '3DgKFHRq8n2RDjF4dZEyncXVc1Rf';
const DEFAULT_LIMIT = 50;

/**
 * ClawNet for tests and for `npm start`: its two public lists about an identity. ClawNet publishes no server, so this
 * one is written from its command line, which is a client.
 */
export async function startClawNetServer(options: ClawNetOptions = {}): Promise<ClawNetServer> {
  const said = options.said ?? { [DEMO_PERSON]: saidOfDemoPerson };
  const faults = new FaultQueue();
  const answer = (request: Request): Promise<Response> => Promise.resolve(answerOf(request, said));
  const listener = await listen({
    port: options.port,
    faults,
    handler: () => (request) =>
      options.anyOrigin === true ? withCors(request, () => answer(request)) : answer(request),
  });
  return {
    url: `${listener.url}/api/v1`,
    requests: listener.requests,
    failNext: (endpoint, fault, times) => {
      faults.failNext(endpoint, fault, times);
    },
    close: () => listener.close(),
  };
}

function answerOf({ method, url }: Request, said: Readonly<Record<string, Said>>): Response {
  const { pathname, searchParams } = new URL(url);
  const target = searchParams.get('target');
  if (method !== 'GET' || (pathname !== '/api/v1/trust' && pathname !== '/api/v1/vouches'))
    return Response.json({ error: 'Not found' }, { status: 404 });
  if (target === null) return Response.json({ error: 'target is required' }, { status: 400 });
  const about = said[target];
  return pathname === '/api/v1/trust'
    ? Response.json(pageOf('edges', about?.trust ?? [], searchParams))
    : Response.json(pageOf('attestations', about?.vouches ?? [], searchParams));
}

/** The cursor is opaque to clients. */
function pageOf(name: string, all: readonly object[], query: URLSearchParams): object {
  const limit = Number(query.get('limit') ?? DEFAULT_LIMIT);
  const start = Number(Buffer.from(query.get('cursor') ?? '', 'base64').toString()) || 0;
  const end = start + limit;
  const hasMore = end < all.length;
  return {
    [name]: all.slice(start, end),
    hasMore,
    ...(hasMore && { cursor: Buffer.from(String(end)).toString('base64') }),
  };
}
