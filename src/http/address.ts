/**
 * True for an address that may carry a secret or be opened in a browser: `https:`, or `http:` to this
 * machine, without a user name or password, even an empty one. A text is judged as it stands: the URL standard
 * repairs control characters, whitespace, backslashes and missing slashes, but VS Code opens the text with a
 * parser that reads them differently.
 */
export function isSafeAddress(address: string | URL): boolean {
  const text = String(address);
  if (!/^https?:\/\/[^/?#@\s\\\p{Cc}]+(?:[/?#][^\s\\\p{Cc}]*)?$/iu.test(text)) return false;
  const url = URL.parse(text);
  if (url?.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || isLoopback(url.hostname);
}

/**
 * True for this machine. Names under `localhost` are not included: RFC 6761 §6.3 keeps them on this machine, but not
 * every resolver does.
 */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/**
 * The server that a setting names, in one canonical form: origin and path without a trailing slash. Spaces
 * and line breaks around the text are ignored. Undefined when it is not a safe address, or has a query or a
 * fragment.
 */
export function parseServer(setting: string): string | undefined {
  const text = setting.trim();
  if (!isSafeAddress(text)) return undefined;
  const url = new URL(text);
  if (url.search !== '' || url.hash !== '') return undefined;
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** No line has room for more. `safeText` would cut off the end, which says whose the host is. */
const MAX_HOST_CHARACTERS = 100;

/**
 * The host of an address, with its port, for people. Letters that look like others are in Punycode: `xn--…`. Of a very
 * long host, the end.
 */
export function hostOf(address: string): string {
  const host = URL.parse(address)?.host ?? address;
  return host.length > MAX_HOST_CHARACTERS ? `…${host.slice(-MAX_HOST_CHARACTERS)}` : host;
}

/** Where a service is, as `Grant.server` has it: origin and path, without a slash at the end. */
export interface Servers {
  /** The server that the person has set. Undefined while the setting is no address. */
  readonly current: string | undefined;
  /** The default of the setting: the service's own server. */
  readonly defaultServer: string | undefined;
}

/** Reads both from the setting and its default, as they are written. */
export function servers(setting: string, ofDefault: string): Servers {
  return { current: parseServer(setting), defaultServer: parseServer(ofDefault) };
}

/** How a person reads a server: its address without `https://`. */
export function shortAddress(server: string): string {
  return server.replace(/^https?:\/\//, '');
}
