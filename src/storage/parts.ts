import type { ItemStorage } from '../sessions/ports.ts';

/** How the names of the identities' items begin. The ids of sessions are UUIDs. */
const IDENTITY = 'identity-';

/**
 * One storage for two kinds of items: sessions, and the handles of identities. Neither part sees the other's items, and
 * an id may be in both. Dispose of the part of the sessions only.
 */
export function inParts(storage: ItemStorage): {
  readonly sessions: ItemStorage;
  readonly identities: ItemStorage;
} {
  return {
    sessions: partOf(storage, '', (name) => !name.startsWith(IDENTITY)),
    identities: partOf(storage, IDENTITY, (name) => name.startsWith(IDENTITY)),
  };
}

/** The part sees its items without the prefix. */
function partOf(storage: ItemStorage, prefix: string, isOurs: (name: string) => boolean): ItemStorage {
  const withoutPrefix = (name: string): string => name.slice(prefix.length);
  return {
    names: async () => (await storage.names()).filter(isOurs).map(withoutPrefix),
    read: (name) => storage.read(prefix + name),
    add: (item, text) => storage.add({ ...item, name: prefix + item.name, id: prefix + item.id }, text),
    onDidChange: (listener) =>
      storage.onDidChange((id) => {
        if (id === undefined || isOurs(id)) listener(id && withoutPrefix(id));
      }),
    dispose: () => {
      storage.dispose();
    },
  };
}
