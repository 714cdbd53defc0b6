import { newestItems, parseItem } from '../sessions/items.ts';

/**
 * The names of the items of a session that a newer one replaces, to be deleted. `names` must be a list that was made
 * after the new item was added: until it shows that item, nothing is deleted.
 */
export function olderNames(sessionId: string, names: readonly string[]): string[] {
  const ofSession = names.filter((name) => parseItem(name)?.id === sessionId);
  const newest = newestItems(ofSession).get(sessionId);
  return ofSession.filter((name) => name !== newest?.name);
}
