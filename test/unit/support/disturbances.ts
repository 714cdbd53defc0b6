import { captures } from './captures.ts';
import { html, json, networkError, redirect, type Reply, text } from './conversation.ts';

/** Answers that say nothing about a sign-in or a session: those of real software, and some that no capture can show. */
export const disturbances: readonly Reply[] = [
  ...captures,
  html(200),
  html(401),
  html(403),
  redirect('https://portal.example/'),
  text(200, ''),
  text(200, '{"error":"invalid_gr'),
  text(401, ''),
  text(401, 'Unauthorized', { 'content-type': 'text/plain' }),
  text(401, '', { 'www-authenticate': 'Negotiate, NTLM' }),
  text(401, '', { 'www-authenticate': 'Bearer realm="zero-trust-gateway"' }),
  json(401, { error: 'unauthorized' }, { 'www-authenticate': 'Bearer realm="zero-trust-gateway"' }),
  json(200, { login: 'required' }),
  json(403, { error: 'Forbidden' }),
  json(408, { error: 'invalid_grant' }),
  json(429, { error: 'invalid_grant' }, { 'retry-after': '40' }),
  json(503, { error: 'invalid_token' }, { 'retry-after': 'Sun, 15 Jun 2025 12:01:00 GMT' }),
  networkError('ENOTFOUND'),
  networkError('ECONNRESET'),
];
