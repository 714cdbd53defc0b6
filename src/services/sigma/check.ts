import * as z from 'zod/mini';

import { parseServer } from '../../http/address.ts';
import { type HttpOutcome, isSuccess } from '../../http/outcome.ts';
import { lenient } from '../../http/schema.ts';
import { type Http, sendWithin } from '../../http/send.ts';
import { ErrorResponse } from '../../oauth/failure.ts';
import { readTokenAnswer } from '../../oauth/tokenResponse.ts';
import { CHECK_LIMIT_MS, sendCheck, type ClientCheck, type ServiceCheck } from '../serviceCheck.ts';

/** No server has issued it. */
const NO_DEVICE_CODE = 'no-sign-in';

const Clients = z.object({ clients: z.array(lenient(z.object({ clientId: z.string() }))) });

/**
 * Asks for the token of a sign-in that never was: the endpoint that a sign-in depends on says that it does not know it.
 * Then asks whether the server has the client id in its list. Rejects only with `signal.reason`.
 */
export async function checkSigma(
  http: Http,
  { serverUrl, clientId }: { readonly serverUrl: string; readonly clientId: string },
  signal: AbortSignal,
): Promise<ServiceCheck> {
  const server = parseServer(serverUrl);
  if (server === undefined) return { answer: 'badServerSetting' };
  const json = {
    grant_type: 'urn:ietf:params:oauth:grant-type:device_code',
    device_code: NO_DEVICE_CODE,
    client_id: clientId,
  };
  const url = `${server}/api/auth/device/token`;
  const request = { name: 'check', method: 'POST', url, json } as const;
  const { check, outcome } = await sendCheck(http, request, signal, isTokenEndpoint);
  if (check.answer !== 'service') return check;
  const client = refusesClient(outcome) ? 'refused' : await listed(http, server, clientId, signal);
  return { ...check, client };
}

/** True for every answer that a token endpoint has for a code that it does not know. */
function isTokenEndpoint(outcome: HttpOutcome): boolean {
  const answer = readTokenAnswer(outcome);
  if (answer.kind !== 'failed') return answer.kind === 'expired';
  return answer.failure.kind !== 'notTheService' && answer.failure.kind !== 'unreachable';
}

function refusesClient(outcome: HttpOutcome | undefined): boolean {
  if (outcome?.kind !== 'answer') return false;
  const answer = readTokenAnswer(outcome);
  if (answer.kind === 'failed' && answer.failure.kind === 'clientRefused') return true;
  // better-auth has the same code for an unknown client and for an unknown device code.
  const { error, error_description } = z.safeParse(ErrorResponse, outcome.json).data ?? {};
  return error === 'invalid_grant' && error_description === 'Invalid client ID';
}

/** Only Sigma Identity has such a list, and a browser may not ask for it. */
async function listed(
  http: Http,
  server: string,
  clientId: string,
  signal: AbortSignal,
): Promise<ClientCheck> {
  const url = `${server}/api/oauth-clients?clientId=${encodeURIComponent(clientId)}`;
  const request = { name: 'oauth-clients', method: 'GET', url } as const;
  const outcome = await sendWithin(http, CHECK_LIMIT_MS, request, signal);
  const answer = outcome && isSuccess(outcome) && z.safeParse(Clients, outcome.json).data;
  if (!answer) return 'unknown';
  return answer.clients.some((client) => client?.clientId === clientId) ? 'known' : 'unlisted';
}
