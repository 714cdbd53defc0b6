import type { Disturbance } from './judge.ts';

/** Who answered last, while a sign-in waits for the service. */
export type Contact =
  | { kind: 'service' }
  /** Nobody did. */
  | { kind: 'noAnswer' }
  /** Something else, at the server's own address. */
  | {
      kind: 'somethingElse';
      /** The origin that was asked. */
      origin: string;
      /** The HTTP status. Absent for a redirect. */
      status?: number;
    };

/** Who gave the answer from `url`. An answer that is no disturbance is the service's own. */
export function contactOf(disturbance: Disturbance | undefined, url: string): Contact {
  if (disturbance === undefined || disturbance.from === 'service') return { kind: 'service' };
  if (disturbance.from === 'nobody') return { kind: 'noAnswer' };
  const { status } = disturbance;
  return { kind: 'somethingElse', origin: new URL(url).origin, ...(status !== undefined && { status }) };
}
