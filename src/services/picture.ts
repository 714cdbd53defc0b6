import * as z from 'zod/mini';

import { lenient } from '../http/schema.ts';

/** The public server of files on the blockchain that BAP software uses first. */
const CHAIN_FILES = 'https://ordfs.network/';

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

/** `txid_vout`, also with a slash before it: a transaction and its output. */
const OUTPUT = /^\/?([0-9a-f]{64}_\d{1,10})$/i;
/** What stands after these schemes is such an id, or an older form of one. */
const ON_CHAIN = /^(?:b|ord|bitfs):\/\/([\w.-]+)$/i;

/** The claim of a picture. One that is no address, is too long or is a `data:` URI counts as absent. */
export const picture = z.pipe(
  lenient(z.string().check(z.refine(isPictureUrl))),
  z.transform((address) => address && resolveOnChain(address)),
);

/**
 * True for a picture's address, also a relative one. A `data:` URI can have 52 KB, too much for the keyring.
 */
export function isPictureUrl(address: string): boolean {
  return address.length <= 2_048 && URL.parse(address)?.protocol !== 'data:';
}

/** The https address of a file on the blockchain. Any other address stays as it is. */
export function resolveOnChain(address: string): string {
  const id = (OUTPUT.exec(address) ?? ON_CHAIN.exec(address))?.[1];
  return id === undefined ? address : CHAIN_FILES + id;
}

/**
 * The whole address of a picture that may be shown, or undefined. Allowed are https addresses of the server and of
 * the public hosts above. Any other host would learn when and from where the person looks.
 */
export function trustedPicture(address: string | undefined, server: string): string | undefined {
  if (address === undefined || address.trim() === '') return undefined;
  const url = URL.parse(address, server);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return undefined;
  return url.origin === URL.parse(server)?.origin || GATEWAYS.has(url.host) ? url.href : undefined;
}
