import type { LiveSession } from '../../sessions/sessionRecord.ts';

/** Public hosts of pictures. They serve so many people that a request tells them little about the person. */
const GATEWAYS = new Set([
  'ordfs.network', // files on the blockchain, by transaction: BAP software uses it first
  'ordinals.gorillapool.io', // the same files, from the indexer that most BSV wallets use
  '1satordinals.com', // the same files, from their marketplace
  'gravatar.com', // pictures by email address, which many services use
  'www.gravatar.com', // its older address
  'secure.gravatar.com', // its older address for https
  'avatars.githubusercontent.com', // pictures of people who signed in to the service with GitHub
]);

/**
 * The address of a picture that may be shown, or undefined. Allowed are https addresses of the server that
 * granted the session and of the public hosts above. Any other host in a profile would learn when and from
 * where the person looks at their card.
 */
export function pictureOf({ person, grant: { server } }: LiveSession): string | undefined {
  return [person.picture, person.bap?.profile?.image]
    .map((address = '') => (address.trim() === '' ? null : URL.parse(address, server)))
    .find((url) => url !== null && isTrusted(url, server))?.href;
}

function isTrusted(url: URL, server: string): boolean {
  if (url.protocol !== 'https:' || url.username !== '' || url.password !== '') return false;
  return url.origin === URL.parse(server)?.origin || GATEWAYS.has(url.host);
}
