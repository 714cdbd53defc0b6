import * as z from 'zod/mini';

import { isSafeAddress } from './address.ts';

/*
 * The kinds of values that the services send. `z.catch` and zod's own checks (`z.minLength`, `z.positive`, …)
 * would do the same, but they add 12 KB to the bundle.
 */

/** A text that is not empty: a code or a token. */
export const nonEmpty = z.string().check(z.refine((text) => text !== '' && text.length <= 16_384));
/**
 * An access token as RFC 6750 §2.1 spells it (`b64token`). Other characters are refused, because VS Code
 * expands `${…}` in a terminal's environment, and because a line break cannot be sent in a header.
 */
export const bearerToken = nonEmpty.check(z.refine((token) => /^[\w.~+/-]+=*$/.test(token)));
/**
 * The id that a service gives to a user. OpenID Connect Core 1.0 §2 allows 255 characters. The whole id
 * becomes part of the account's label, so a longer one is refused and not shortened: two ids must not get one
 * label.
 */
export const identifier = z.string().check(z.refine((id) => id !== '' && id.length <= 255));
/** A code that a person reads and types, so it is short. */
export const userCode = z.string().check(z.refine((text) => text !== '' && text.length <= 64));
/** 100 years. In milliseconds it is finite, and so is a time that much later. */
const MAX_SECONDS = 100 * 365.25 * 24 * 3_600;

/** A positive number of seconds from a server or a setting. More than 100 years become 100 years. */
export const seconds = z.pipe(
  z.number().check(z.refine((value) => value > 0)),
  z.transform((value) => Math.min(value, MAX_SECONDS)),
);
/** An address that may carry a secret or be opened in a browser. */
export const safeAddress = z.string().check(z.refine(isSafeAddress));

/**
 * A schema that never fails: a value that does not fit counts as absent. For members that we can do without.
 */
export function lenient<T>(schema: z.ZodMiniType<T>) {
  return z.pipe(
    z.optional(z.unknown()),
    z.transform((value): T | undefined => z.safeParse(schema, value).data),
  );
}

/** A value that some servers send as it is, and others as JSON in a string. Undefined when it is no JSON. */
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

/** A copy without the undefined members: `exactOptionalPropertyTypes` wants absent members to be absent. */
export function withoutUndefined<T extends object>(object: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]: Exclude<T[K], undefined>;
  };
}
