import * as z from 'zod/mini';

import { LAST_MOMENT_MS } from '../base/clock.ts';
import { describeError } from '../base/log.ts';
import { safeText } from '../base/safeText.ts';
import { parseServer } from '../http/address.ts';
import { isSuccess } from '../http/outcome.ts';
import { lenient, nonEmpty, withoutUndefined } from '../http/schema.ts';
import { type Http, send } from '../http/send.ts';
import { BapId } from '../services/bap.ts';

/** ClawNet's two lists about a BAP identity: who trusts it, and who vouches that it is safe or unsafe. */
export type ListName = 'trust' | 'vouches';

/** What one identity says about another. Its texts are safe to show. Nothing in it is proven. */
export interface Statement {
  /** The BAP ID of the identity that says so. */
  readonly by: string;
  /** The name that it has given itself. */
  readonly name?: string;
  /** Absent for trust, which has no verdict. */
  readonly verdict?: 'safe' | 'unsafe';
  readonly reason?: string;
  readonly isOnChain: boolean;
  readonly isRevoked: boolean;
  /** In milliseconds of the wall clock. */
  readonly saidAtMs?: number;
}

export type StatementsAnswer =
  | {
      readonly kind: 'statements';
      readonly statements: readonly Statement[];
      /** Fetches the next page. Absent on the last page. */
      readonly cursor?: string;
    }
  /** No response, or not one of ClawNet. The log says which. */
  | { readonly kind: 'failed' };

const PAGE_SIZE = 20;
/** A server may send more than requested, which would be slow to draw. */
const MAX_PER_PAGE = 100;
const MAX_REASON_CHARACTERS = 500;

const about = {
  reason: z.optional(z.unknown()),
  onChain: lenient(z.boolean()),
  /** In milliseconds. */
  createdAt: lenient(z.number().check(z.refine((ms) => Math.abs(ms) <= LAST_MOMENT_MS))),
};
const TrustEdge = z.object({
  sourceBapId: BapId,
  profile: lenient(z.object({ alternateName: z.string() })),
  ...about,
});
const Vouch = z.object({
  auditorBapId: BapId,
  verdict: z.literal(['safe', 'unsafe']),
  revoked: z.optional(z.unknown()),
  ...about,
});

const page = { hasMore: lenient(z.boolean()), cursor: lenient(nonEmpty) };
const TrustPage = z.object({ edges: z.array(z.unknown()), ...page });
const VouchPage = z.object({ attestations: z.array(z.unknown()), ...page });

/**
 * Fetches one page of a list about a BAP ID. Sends no token, because the lists are public. `apiUrl`: the setting.
 * Skips malformed statements. Rejects only with `signal.reason`.
 */
export async function askClawNet(
  http: Http,
  apiUrl: string,
  list: ListName,
  bapId: string,
  cursor: string | undefined,
  signal: AbortSignal,
): Promise<StatementsAnswer> {
  const server = parseServer(apiUrl);
  if (server === undefined) {
    http.log.warn('ClawNet was not asked: its setting is not an https address.');
    return { kind: 'failed' };
  }
  const query = new URLSearchParams({ target: bapId, limit: String(PAGE_SIZE) });
  if (cursor !== undefined) query.set('cursor', cursor);
  const request = { name: `ClawNet ${list}`, method: 'GET', url: `${server}/${list}?${query}` } as const;
  const outcome = await send(http, request, signal);
  if (!isSuccess(outcome)) return { kind: 'failed' };
  return list === 'trust' ? readTrust(outcome.json, http) : readVouches(outcome.json, http);
}

function readTrust(json: unknown, http: Http): StatementsAnswer {
  const { data, error } = z.safeParse(TrustPage, json);
  return data === undefined ? notClawNet(error, http) : answer(data, data.edges, edgeOf);
}

function readVouches(json: unknown, http: Http): StatementsAnswer {
  const { data, error } = z.safeParse(VouchPage, json);
  return data === undefined ? notClawNet(error, http) : answer(data, data.attestations, vouchOf);
}

function notClawNet(error: unknown, { log }: Http): StatementsAnswer {
  log.warn(`The answer is not ClawNet’s: ${describeError(error)}.`);
  return { kind: 'failed' };
}

function answer(
  { hasMore, cursor }: { hasMore: boolean | undefined; cursor: string | undefined },
  entries: readonly unknown[],
  read: (entry: unknown) => Statement | undefined,
): StatementsAnswer {
  const statements = entries.slice(0, MAX_PER_PAGE).flatMap((entry) => read(entry) ?? []);
  return { kind: 'statements', statements, ...(hasMore === true && cursor !== undefined && { cursor }) };
}

function edgeOf(entry: unknown): Statement | undefined {
  const edge = z.safeParse(TrustEdge, entry).data;
  return (
    edge && statement(edge.sourceBapId, edge, { name: shown(edge.profile?.alternateName), isRevoked: false })
  );
}

function vouchOf(entry: unknown): Statement | undefined {
  const vouch = z.safeParse(Vouch, entry).data;
  // Revoked when in doubt: a valid vouch says `false` or nothing.
  const isRevoked = (vouch?.revoked ?? false) !== false;
  return vouch && statement(vouch.auditorBapId, vouch, { verdict: vouch.verdict, isRevoked });
}

function statement(
  by: string,
  {
    reason,
    onChain,
    createdAt,
  }: { reason?: unknown; onChain: boolean | undefined; createdAt: number | undefined },
  more: { name?: string | undefined; verdict?: Statement['verdict']; isRevoked: boolean },
): Statement {
  return {
    by,
    isOnChain: onChain === true,
    ...withoutUndefined({ ...more, reason: shown(reason, MAX_REASON_CHARACTERS), saidAtMs: createdAt }),
  };
}

/** Undefined for anything but a text with visible characters. */
function shown(text: unknown, maxCharacters?: number): string | undefined {
  const safe = typeof text === 'string' ? safeText(text, maxCharacters) : '';
  return safe === '' ? undefined : safe;
}
