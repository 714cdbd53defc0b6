import * as z from 'zod/mini';

import { isWithin } from './oneWindowLocks.ts';

/** What was told once. `name` is a hash, because a name can hold the id of an account. Times are in milliseconds. */
export const Told = z.array(z.object({ name: z.string(), atMs: z.number(), forMs: z.number() }));
export type Told = z.infer<typeof Told>;

/** The list with this name, and without what is over. Undefined if the name was told and its time is not over. */
export function tellOnce(told: Told, name: string, forMs: number, nowMs: number): Told | undefined {
  const current = told.filter((each) => isWithin(each, nowMs));
  if (current.some((each) => each.name === name)) return undefined;
  return [...current, { name, atMs: nowMs, forMs }];
}
