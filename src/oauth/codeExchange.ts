import type { Log } from '../base/log.ts';
import type { HttpOutcome } from '../http/outcome.ts';
import type { HttpRequest } from '../http/send.ts';
import { failed } from './failure.ts';
import { readTokenAnswer, type TokenAnswer } from './tokenResponse.ts';

/** Where a device code can be exchanged for tokens, and by which client. */
export interface TokenEndpoints {
  /** The device authorization's own endpoint. Takes JSON. */
  readonly tokenUrl: string;
  /** The OAuth token endpoint. Takes a form, as RFC 6749 says. */
  readonly oauthTokenUrl: string;
  readonly clientId: string;
}

/** Where the code is exchanged. `trial`: at the OAuth endpoint, which has not said yet that it knows the code. */
type Endpoint = 'device' | 'trial' | 'oauth';

/** A browser does not tell an endpoint whose answers CORS hides from a failed request. After this many it is hidden. */
const HIDDEN_AFTER = 3;

/**
 * The exchange of one device code (RFC 8628 §3.4). better-auth grants the tokens of a registered OAuth client at its
 * OAuth endpoint only. The other endpoint then rejects a good code with the same error as a used one. So each
 * code is tried at the OAuth endpoint before it counts as spent. That costs nothing if it was used: tokens whose answer
 * got lost are lost anyway.
 */
export class CodeExchange {
  readonly #endpoints: TokenEndpoints;
  readonly #deviceCode: string;
  readonly #log: Log;
  #endpoint: Endpoint = 'device';
  /** The failed requests in a row that a browser has not explained. */
  #unexplained = 0;

  constructor(endpoints: TokenEndpoints, deviceCode: string, log: Log) {
    this.#endpoints = endpoints;
    this.#deviceCode = deviceCode;
    this.#log = log;
  }

  /** The next poll. */
  request(): HttpRequest {
    const { tokenUrl, oauthTokenUrl, clientId } = this.#endpoints;
    const params = {
      grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
      device_code: this.#deviceCode,
      client_id: clientId,
    };
    return this.#endpoint === 'device'
      ? { name: 'device token', method: 'POST', url: tokenUrl, json: params }
      : { name: 'oauth token', method: 'POST', url: oauthTokenUrl, form: params };
  }

  /** What the answer to that poll means. `pending` also if the next one goes to the other endpoint. */
  read(outcome: HttpOutcome): TokenAnswer {
    const answer = readTokenAnswer(outcome);
    if (this.#endpoint === 'device') return this.#readFirst(answer);
    if (this.#endpoint === 'trial') return this.#readTrial(answer);
    return answer;
  }

  #readFirst(answer: TokenAnswer): TokenAnswer {
    if (answer.kind !== 'failed' || answer.failure.kind !== 'codeSpent') return answer;
    this.#endpoint = 'trial';
    this.#log.info('device token: the code is rejected here, so the OAuth token endpoint is tried');
    return { kind: 'pending' };
  }

  /** Unless the OAuth endpoint answers as RFC 8628 says, the first endpoint's answer stands. */
  #readTrial(answer: TokenAnswer): TokenAnswer {
    const isUnexplained = answer.kind === 'disturbance' && answer.problem === 'unexplained';
    this.#unexplained = isUnexplained ? this.#unexplained + 1 : 0;
    switch (answer.kind) {
      case 'pending':
      case 'slowDown':
        this.#endpoint = 'oauth';
        return answer;
      case 'granted':
      case 'expired':
        return answer;
      case 'failed':
        return answer.failure.kind === 'denied' ? answer : failed('codeSpent');
      case 'tokenRejected':
        return failed('codeSpent');
      case 'disturbance':
        return answer.problem === 'notFound' || this.#unexplained === HIDDEN_AFTER
          ? failed('codeSpent')
          : answer;
    }
  }
}
