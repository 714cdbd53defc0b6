import { type Item, parseItem } from '../../src/sessions/items.ts';

/** A write that is done: the session, and the count with which its text begins. */
export interface Written {
  readonly id: string;
  readonly count: number;
}

/** Makes a text as long as that of a session with a profile. */
export const PADDING = 'x'.repeat(4_000);

/** The item of a write. Its name is as long as that of a session. */
export function itemOf({ id, count }: Written): Item {
  const item = parseItem(`${id}.1-${count}-0.0123456789abcdef`);
  if (item === undefined) throw new Error('this is the name of no item');
  return item;
}
