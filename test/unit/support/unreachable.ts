import type { Problem } from '../../../src/http/outcome.ts';
import type { Failure } from '../../../src/oauth/failure.ts';

/** The failure of a request with this problem. */
export function unreachable(problem: Problem): Extract<Failure, { kind: 'unreachable' }> {
  return { kind: 'unreachable', problem };
}
