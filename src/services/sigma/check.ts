import * as z from 'zod/mini';

import { parseServer } from '../../http/address.ts';
import { type HttpOutcome, isSuccess } from '../../http/outcome.ts';
import { lenient } from '../../http/schema.ts';
import { type Http, sendWithin } from '../../http/send.ts';
import { ErrorResponse } from '../../oauth/judge.ts';
import { readTokenAnswer } from '../../oauth/tokenResponse.ts';
import { CHECK_LIMIT_MS, type ClientCheck, sendCheck, type ServiceCheck } from '../serviceCheck.ts';

/** No server has issued this device code. */
const FAKE_DEVICE_CODE = 'no-sign-in';

const Clients = z.object({ clients: z.array(lenient(z.object({ clientId: z.string() }))) });

/**
 * Polls the token endpoint with a made-up device code: the endpoint that every sign-in needs answers that it does not
 * know the code. Then asks whether the server lists the client ID. Rejects only with `signal.reason`.
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
    device_code: FAKE_DEVICE_CODE,
    client_id: clientId,
  };
  const url = `${server}/api/auth/device/token`;
  const request = { name: 'check', method: 'POST', url, json } as const;
  const { check, outcome } = await sendCheck(http, request, signal, isTokenEndpoint);
  if (check.answer !== 'service') return check;
  const client = refusesClient(outcome) ? 'refused' : await findClient(http, server, clientId, signal);
  return { ...check, client };
}

/** True for every answer that a token endpoint gives to an unknown code. */
function isTokenEndpoint(outcome: HttpOutcome): boolean {
  const { kind } = readTokenAnswer(outcome);
  return kind === 'failed' || kind === 'expired';
}

function refusesClient(outcome: HttpOutcome | undefined): boolean {
  if (outcome?.kind !== 'answer') return false;
  const answer = readTokenAnswer(outcome);
  if (answer.kind === 'failed' && answer.failure.kind === 'clientRefused') return true;
  // better-auth uses the same error code for an unknown client and an unknown device code.
  const { error, error_description } = z.safeParse(ErrorResponse, outcome.json).data ?? {};
  return error === 'invalid_grant' && error_description === 'Invalid client ID';
}

/** Only Sigma Identity itself has such a list, and its CORS rules keep browsers from reading it. */
async function findClient(
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
