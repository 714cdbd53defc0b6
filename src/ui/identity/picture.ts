import type { SessionRecord } from '../../sessions/sessionRecord.ts';

/** Hosts that show pictures for everybody, so that asking them tells little of who asks. */
const GATEWAYS = new Set([
  'ordfs.network', // files on the chain, by transaction: where BAP software looks first
  'ordinals.gorillapool.io', // the same files, at the indexer that most BSV wallets use
  '1satordinals.com', // the same files, at the market for them
  'gravatar.com', // pictures by email address, as many services hand them on
  'www.gravatar.com', // its older address
  'secure.gravatar.com', // its older address for https
  'avatars.githubusercontent.com', // pictures of people who came to the service by way of GitHub
]);

/**
 * The address of a picture that may be shown: over https, from the server that granted the session or from a
 * well-known gateway. Undefined for a person without one; a profile could name any host, which would learn when and
 * from where its holder looks at it.
 */
export function pictureOf({ person, server }: SessionRecord): string | undefined {
  return [person.picture, person.bap?.profile?.image]
    .map((address = '') => (address.trim() === '' ? null : URL.parse(address, server)))
    .find((url) => url !== null && isTrusted(url, server))?.href;
}

function isTrusted(url: URL, server: string): boolean {
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return false;
  return url.origin === URL.parse(server)?.origin || GATEWAYS.has(url.host);
}
