/** True for addresses that may carry a secret or be opened in a browser: `https:`, or `http:` on this machine. */
export function isSafeAddress(address: string | URL): boolean {
  const url = typeof address === 'string' ? URL.parse(address) : address;
  if (url?.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname));
}

/** RFC 6761 §6.3 keeps `localhost` and the names under it on this machine. */
function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  );
}

/**
 * The server that a setting names, in one canonical form: origin and path without a trailing slash.
 * Undefined when the text is not a safe address, or carries a query or fragment.
 */
export function parseServer(setting: string): string | undefined {
  const url = URL.parse(setting.trim());
  if (url === null || !isSafeAddress(url) || url.search !== '' || url.hash !== '') return undefined;
  return url.origin + url.pathname.replace(/\/+$/, '');
}
