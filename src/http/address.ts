/**
 * True for an address that may carry a secret or be opened in a browser: `https:`, or `http:` to this machine, without
 * a user name or password, even an empty one. Text is not repaired first: the URL standard fixes control characters,
 * whitespace, backslashes, and missing slashes, but VS Code opens the text with a parser that reads them differently.
 */
export function isSafeAddress(address: string | URL): boolean {
  const text = String(address);
  if (!/^https?:\/\/[^/?#@\s\\\p{Cc}]+(?:[/?#][^\s\\\p{Cc}]*)?$/iu.test(text)) return false;
  const url = URL.parse(text);
  if (url?.username !== '' || url.password !== '') return false;
  return url.protocol === 'https:' || isLoopback(url.hostname);
}

/** True for this machine. Excludes names under `localhost`, which not every resolver keeps local (RFC 6761 §6.3). */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/**
 * Parses a server from a setting into its canonical form: origin and path without a trailing slash. Ignores whitespace
 * around it. Undefined if it is not a safe address, or has a query or a fragment.
 */
export function parseServer(setting: string): string | undefined {
  const text = setting.trim();
  if (!isSafeAddress(text)) return undefined;
  const url = new URL(text);
  if (url.search !== '' || url.hash !== '') return undefined;
  return url.origin + url.pathname.replace(/\/+$/, '');
}

/** No line has room for more. `safeText` would cut off the end, which shows who owns the host. */
const MAX_HOST_CHARACTERS = 100;

/**
 * The host and port of an address, for people. Lookalike letters show up as Punycode: `xn--…`. A very long host is cut
 * at the start.
 */
export function hostOf(address: string): string {
  const host = URL.parse(address)?.host ?? address;
  return host.length > MAX_HOST_CHARACTERS ? `…${host.slice(-MAX_HOST_CHARACTERS)}` : host;
}

/**
 * The host of a URL, for a line of the log: the rest can contain a secret. The report for others finds hosts by their
 * brackets, because a name without a dot is like any other word.
 */
export function loggedHost(url: string): string {
  return `<${URL.parse(url)?.host ?? ''}>`;
}

/** A service's servers, each in the canonical form of `parseServer`, as in `Grant.server`. */
export interface Servers {
  /** The configured server. Undefined while the setting is not an address. */
  readonly current: string | undefined;
  /** The service's public server, which the setting names by default. */
  readonly defaultServer: string | undefined;
}

export function servers(setting: string, defaultSetting: string): Servers {
  return { current: parseServer(setting), defaultServer: parseServer(defaultSetting) };
}

/** A server for people to read: its address without `https://`. */
export function shortAddress(server: string): string {
  return server.replace(/^https?:\/\//, '');
}
