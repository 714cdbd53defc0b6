import * as z from 'zod/mini';

import { lenient } from '../http/schema.ts';

/** The public server of on-chain files that BAP software prefers. */
const CHAIN_FILES = 'https://ordfs.network/';

/** Public hosts of pictures. These have so many users that a request reveals little about one of them. */
const PUBLIC_PICTURE_HOSTS = new Set([
  'ordfs.network', // on-chain files by transaction: BAP software prefers it
  'ordinals.gorillapool.io', // the same files, from the indexer of most BSV wallets
  '1satordinals.com', // the same files, from their marketplace
  'gravatar.com', // pictures by email address, which many services use
  'www.gravatar.com', // its older address
  'secure.gravatar.com', // its older address for https
  'avatars.githubusercontent.com', // for users who signed in to the service with GitHub
]);

/** `txid_vout`, a transaction and its output, optionally after a slash. */
const OUTPUT = /^\/?([0-9a-f]{64}_\d{1,10})$/i;
/** These schemes are followed by such an ID, or by an older form of one. */
const ON_CHAIN = /^(?:b|ord|bitfs):\/\/([\w.-]+)$/i;

/** The claim of a picture. Anything that `isPictureUrl` rejects counts as absent. */
export const picture = z.pipe(
  lenient(z.string().check(z.refine(isPictureUrl))),
  z.transform((address) => address && resolveOnChain(address)),
);

/** True for any address, even a relative one, but not for a `data:` URI: some have 52 KB, too much for the keyring. */
export function isPictureUrl(address: string): boolean {
  return address !== '' && address.length <= 2_048 && URL.parse(address)?.protocol !== 'data:';
}

/** Turns the address of an on-chain file into an https address. Returns any other address unchanged. */
export function resolveOnChain(address: string): string {
  const id = (OUTPUT.exec(address) ?? ON_CHAIN.exec(address))?.[1];
  return id === undefined ? address : CHAIN_FILES + id;
}

/**
 * The absolute address of a picture that may be loaded, or undefined. Allowed are https addresses of the server and of
 * the public hosts above. Any other host would learn when and from where the user views it.
 */
export function trustedPicture(address: string | undefined, server: string): string | undefined {
  if (address === undefined || address.trim() === '') return undefined;
  const url = URL.parse(address, server);
  if (url?.protocol !== 'https:' || url.username !== '' || url.password !== '') return undefined;
  return url.origin === URL.parse(server)?.origin || PUBLIC_PICTURE_HOSTS.has(url.host)
    ? url.href
    : undefined;
}
