import * as z from 'zod/mini';

import { readChallenges } from '../http/challenge.ts';
import {
  type HttpAnswer,
  type HttpOutcome,
  isSuccess,
  type Problem,
  problemOfOutcome,
} from '../http/outcome.ts';
import { lenient, nonEmpty, secondsOrText } from '../http/schema.ts';
import { type Failed, failed, refused, type Refusal } from './failure.ts';

/**
 * How a service says no. `oauth`: with the JSON of RFC 6749, RFC 8628 or better-auth. `status`: with the HTTP status of
 * a JSON answer. Both can reject a token as RFC 6750 says.
 */
export type Dialect = 'oauth' | 'status';

/** An answer of the service itself, other than the data that was asked for (RFC 6749 §5.2, RFC 8628 §3.5). */
export type ErrorAnswer =
  | { kind: 'pending' }
  /** `intervalMs`: the interval that it names, if any. */
  | { kind: 'slowDown'; intervalMs?: number }
  | { kind: 'expired' }
  /** The access token is invalid. */
  | { kind: 'tokenRejected' }
  /** The sign-in is over. */
  | Failed<Refusal>;

/**
 * Not a real answer: it comes from an intermediary, such as a proxy, a firewall or the login page of a network,
 * or from a service in trouble, or never came. It says nothing about a sign-in or a session.
 */
export interface Disturbance {
  kind: 'disturbance';
  problem: Problem | 'notTheService';
  /** Who seems to have answered. `service`: it says that it can't answer now. `nobody`: no whole answer came. */
  from: 'service' | 'somethingElse' | 'nobody';
  /** The HTTP status. Absent without an answer, and for a redirect. */
  status?: number;
}

/** `data`: a success with JSON. Whoever asked must still check its shape: see `disturbanceOf`. */
export type JudgedOutcome = { kind: 'data'; json: unknown } | ErrorAnswer | Disturbance;

/** One kind of error answer. */
interface Row {
  readonly dialects: readonly Dialect[];
  readonly statuses: (status: number) => boolean;
  /** Undefined if the answer is of another kind. */
  readonly read: (answer: HttpAnswer) => ErrorAnswer | undefined;
}

/** The table that decides. The first row that reads an answer wins; an answer that no row reads is a disturbance. */
const ROWS: readonly Row[] = [
  { dialects: ['oauth', 'status'], statuses: only(401), read: readChallenge }, // RFC 6750 §3
  { dialects: ['oauth'], statuses: () => true, read: readErrorCode }, // RFC 6749 §5.2, RFC 8628 §3.5
  { dialects: ['oauth'], statuses: isBetterAuthRefusal, read: readBetterAuth },
  { dialects: ['status'], statuses: only(401), read: ifObject({ kind: 'tokenRejected' }) },
  { dialects: ['status'], statuses: only(404), read: ifObject(failed('codeSpent')) },
  { dialects: ['status'], statuses: only(410), read: ifObject({ kind: 'expired' }) },
];

/** Decides whether an answer is the service's own, and what it says. */
export function judge(outcome: HttpOutcome, dialect: Dialect): JudgedOutcome {
  if (outcome.kind !== 'answer' || asksForOtherCredentials(outcome)) return disturbanceOf(outcome);
  for (const { dialects, statuses, read } of ROWS) {
    if (!dialects.includes(dialect) || !statuses(outcome.status)) continue;
    const answer = read(outcome);
    if (answer !== undefined) return answer;
  }
  const { json } = outcome;
  if (dialect === 'oauth' && isTemporary(json))
    return { ...disturbanceOf(outcome), problem: 'serverFault', from: 'service' };
  return isSuccess(outcome) && json !== undefined ? { kind: 'data', json } : disturbanceOf(outcome);
}

/** An answer as a disturbance. For data that is not what was asked for, too: a proxy can answer with JSON. */
export function disturbanceOf(outcome: HttpOutcome): Disturbance {
  return {
    kind: 'disturbance',
    problem: problemOfOutcome(outcome) ?? 'notTheService',
    from: senderOf(outcome),
    ...(outcome.kind === 'answer' && { status: outcome.status }),
  };
}

/** Nearly every 429 is the service's own. */
function senderOf(outcome: HttpOutcome): Disturbance['from'] {
  if (outcome.kind === 'noAnswer') return 'nobody';
  return outcome.kind === 'answer' && outcome.status === 429 ? 'service' : 'somethingElse';
}

/** Who answered last, while a sign-in waits for the service. */
export type Contact =
  | { kind: 'service' }
  /** Nobody did. */
  | { kind: 'noAnswer' }
  /** Something else, at the server's own address. */
  | {
      kind: 'somethingElse';
      /** The origin that was asked. */
      origin: string;
      /** The HTTP status. Absent for a redirect. */
      status?: number;
    };

/** Who gave the answer from `url`. An answer that is not a disturbance is the service's own. */
export function contactOf(disturbance: Disturbance | undefined, url: string): Contact {
  if (disturbance === undefined || disturbance.from === 'service') return { kind: 'service' };
  if (disturbance.from === 'nobody') return { kind: 'noAnswer' };
  const { status } = disturbance;
  return { kind: 'somethingElse', origin: new URL(url).origin, ...(status !== undefined && { status }) };
}

/** RFC 6749 §5.2. Some errors of better-auth, such as VALIDATION_ERROR, have `code` and `message` instead. */
export const ErrorResponse = z.object({
  error: lenient(nonEmpty),
  error_description: lenient(nonEmpty),
  interval: lenient(secondsOrText),
});
const BetterAuthError = z.object({
  code: z.string().check(z.refine((code) => /^[A-Z][A-Z0-9_]*$/.test(code))),
  message: lenient(nonEmpty),
});
const AnyObject = z.looseObject({});

/** At which statuses an error code counts, and what it says. */
type KnownCode = readonly [statuses: (status: number) => boolean, answer: ErrorAnswer];

const CODES: ReadonlyMap<string, KnownCode> = new Map(
  Object.entries<KnownCode>({
    authorization_pending: [() => true, { kind: 'pending' }],
    slow_down: [() => true, { kind: 'slowDown' }],
    expired_token: [isSettled, { kind: 'expired' }],
    access_denied: [isSettled, failed('denied')],
    invalid_grant: [isSettled, failed('codeSpent')],
    invalid_client: [isSettled, clientRefused('invalid_client')],
    unauthorized_client: [isSettled, clientRefused('unauthorized_client')],
    unsupported_grant_type: [isSettled, clientRefused('unsupported_grant_type')],
    invalid_token: [only(401), { kind: 'tokenRejected' }],
    unauthorized: [only(401), { kind: 'tokenRejected' }], // in Sigma's documents
  }),
);

/** The service says itself that this is not its last word (RFC 6749 §4.1.2.1). */
const TEMPORARY: readonly unknown[] = ['server_error', 'temporarily_unavailable'];

function isTemporary(json: unknown): boolean {
  return TEMPORARY.includes(z.safeParse(ErrorResponse, json).data?.error);
}

function readErrorCode({ status, json }: HttpAnswer): ErrorAnswer | undefined {
  const { error, error_description, interval } = z.safeParse(ErrorResponse, json).data ?? {};
  if (error === undefined || isTemporary(json)) return undefined;
  const [statuses, answer] = CODES.get(error) ?? [];
  if (answer !== undefined && statuses?.(status) === true) {
    const isNamed = answer.kind === 'slowDown' && interval !== undefined;
    return isNamed ? { ...answer, intervalMs: interval * 1000 } : answer;
  }
  // A proxy's `error` is a sentence or a title, and a code's status is 400 (RFC 6749 §5.2).
  if (status !== 400 || !/^[a-z][a-z0-9_]*$/.test(error)) return undefined;
  // From older versions of better-auth, for a token that is dead.
  if (error === 'invalid_request' && error_description === 'Invalid access token')
    return { kind: 'tokenRejected' };
  return refused(error_description ?? error);
}

function readBetterAuth({ status, json }: HttpAnswer): ErrorAnswer | undefined {
  const { success, data } = z.safeParse(BetterAuthError, json);
  if (!success) return undefined;
  if (status === 401) return { kind: 'tokenRejected' };
  return data.message === undefined ? undefined : refused(data.message);
}

function readChallenge({ headers }: HttpAnswer): ErrorAnswer | undefined {
  const isRejected = readChallenges(headers).some(
    ({ scheme, params }) => scheme === 'bearer' && params.get('error') === 'invalid_token',
  );
  return isRejected ? { kind: 'tokenRejected' } : undefined;
}

/**
 * True for a 401 whose challenges all want something other than our token: they have another scheme, or the realm of a
 * gateway. A server that rejects our token says so with an error (RFC 6750 §3).
 */
function asksForOtherCredentials({ status, headers }: HttpAnswer): boolean {
  const challenges = status === 401 ? readChallenges(headers) : [];
  const isForeign = challenges.every(
    ({ scheme, params }) => scheme !== 'bearer' || (params.has('realm') && !params.has('error')),
  );
  return challenges.length > 0 && isForeign;
}

function ifObject(answer: ErrorAnswer): Row['read'] {
  return ({ json }) => (z.safeParse(AnyObject, json).success ? answer : undefined);
}

function clientRefused(error: string): Failed<Refusal> {
  return { kind: 'failed', failure: { kind: 'clientRefused', error } };
}

function only(status: number): (status: number) => boolean {
  return (each) => each === status;
}

/** A client error that the same request will meet again. */
function isRefusal(status: number): boolean {
  return status >= 400 && status < 500 && status !== 408 && status !== 429;
}

/** Others, such as a 404 while the service is deployed, come from what hosts it, in the same JSON. */
function isBetterAuthRefusal(status: number): boolean {
  return [400, 401, 403, 415, 422].includes(status);
}

function isSettled(status: number): boolean {
  return status < 400 || isRefusal(status);
}
