import * as z from 'zod/mini';

import { isSafeAddress } from './address.ts';

/*
 * Schemas for the values that services send. `z.catch` and zod's own checks (`z.minLength`, `z.positive`, …) would do
 * the same, but add 12 KB to the bundle.
 */

/** A code or a token: 1 to 16,384 characters. */
export const nonEmpty = z.string().check(z.refine((text) => text !== '' && text.length <= 16_384));
/**
 * An access token in the syntax of RFC 6750 §2.1 (`b64token`). Other characters are rejected: VS Code expands `${…}` in
 * a terminal's environment, and a header cannot contain a line break.
 */
export const bearerToken = nonEmpty.check(z.refine((token) => /^[\w.~+/-]+=*$/.test(token)));
/** An ID token: a signed JWT in its compact form (RFC 7515 §7.1). */
export const idToken = nonEmpty.check(z.refine((token) => /^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)));
/**
 * A service's ID of a user. OpenID Connect Core 1.0 §2 allows 255 characters. A longer ID is rejected rather than
 * shortened: it is part of the account label, and two IDs must not share a label.
 */
export const identifier = z.string().check(z.refine((id) => id !== '' && id.length <= 255));
/** A code that the user reads and types: 1 to 64 characters. */
export const userCode = z.string().check(z.refine((text) => text !== '' && text.length <= 64));
/** 100 years: still finite in milliseconds, even when added to a time. */
const MAX_SECONDS = 100 * 365.25 * 24 * 3_600;

/** A positive number of seconds, capped at 100 years. */
export const seconds = z.pipe(
  z.number().check(z.refine((value) => value > 0)),
  z.transform((value) => Math.min(value, MAX_SECONDS)),
);
/** A positive number of seconds from a server, capped at 100 years. Some servers send it as text. */
export const secondsOrText = z.union([
  seconds,
  z.pipe(
    z.pipe(z.string().check(z.refine((text) => /^\d+(\.\d+)?$/.test(text))), z.transform(Number)),
    seconds,
  ),
]);
/** An address that may carry a secret or be opened in a browser. */
export const safeAddress = z.string().check(z.refine(isSafeAddress));

/** Never fails: a value that does not match the schema counts as absent. For members that we can do without. */
export function lenient<T>(schema: z.ZodMiniType<T>) {
  return z.pipe(
    z.optional(z.unknown()),
    z.transform((value): T | undefined => z.safeParse(schema, value).data),
  );
}

/** A value that some servers send as is and others as JSON in a string. Undefined if the string is not JSON. */
export const maybeJson = z.pipe(
  z.optional(z.unknown()),
  z.transform((value): unknown => {
    if (typeof value !== 'string') return value;
    try {
      return JSON.parse(value);
    } catch {
      return undefined;
    }
  }),
);

/** A copy without undefined members, for `exactOptionalPropertyTypes`. */
export function withoutUndefined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
