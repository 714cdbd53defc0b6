import { parseServer } from '../http/address.ts';

/** Where a service is, as `Grant.server` has it: origin and path, without a slash at the end. */
export interface Servers {
  /** The server that the person has set. Undefined while the setting is no address. */
  readonly current: string | undefined;
  /** The default of the setting: the service's own server. */
  readonly own: string | undefined;
}

/** Reads both from the setting and its default, as they are written. */
export function servers(setting: string, ofDefault: string): Servers {
  return { current: parseServer(setting), own: parseServer(ofDefault) };
}

/** How a person reads a server: its address without `https://`. */
export function shortAddress(server: string): string {
  return server.replace(/^https?:\/\//, '');
}
