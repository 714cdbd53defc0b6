// Conversations with Sigma Identity about who a new token belongs to.
import assert from 'node:assert/strict';

import { NEVER } from '../../../src/base/timeLimit.ts';
import type { Grant, IdentifyResult } from '../../../src/services/service.ts';
import { json, type Reply } from './conversation.ts';
import { sigmaWorld, type World } from './serviceKit.ts';

export const GRANT: Grant = { server: 'https://auth.example', accessToken: 'token' };
export const ANN = '4U5eEMQSUdmPXeqmyQJtvELPNE8E';
export const BOB = '3wcztPg44xCLKi7pAt9qQHeb74Pr';
/** An id of better-auth's own making, for an organization that is no BAP identity. */
export const TEAM = 'Ab3dEf6hIjKlMn0pQrStUvWxYz123456';
export const PUBKEY = `02${'ab'.repeat(32)}`;

export const userinfo = (claims: object = {}): Reply => json(200, { sub: 'user-1', name: 'User', ...claims });
export const organization = (id: string, more: object = {}): object => ({
  id,
  slug: id,
  name: `Name of ${id.slice(0, 3)}`,
  createdAt: '2026-11-24T00:00:00.000Z',
  ...more,
});
export const list = (...ids: string[]): Reply =>
  json(
    200,
    ids.map((id) => organization(id)),
  );
export const active = (id: string): Reply => json(200, organization(id));
export const notAMember = json(403, { message: 'No', code: 'USER_IS_NOT_A_MEMBER_OF_THE_ORGANIZATION' });

/** Identifies the user, and answers each choice with the next id of `choices`. */
export async function identify(replies: Reply[], choices: (string | undefined)[] = []) {
  const world = sigmaWorld(replies);
  const { clock, conversation, service } = world;
  let identified = await clock.run(service.identify(GRANT, NEVER));
  const asked: string[][] = [];
  const refused: (string | undefined)[] = [];
  for (const id of choices) {
    assert.ok(identified.kind === 'choice');
    asked.push(identified.choice.identities.map((each) => each.id));
    refused.push(identified.choice.failed?.identity.id);
    identified = await clock.run(identified.choice.choose(id, NEVER));
  }
  conversation.assertOver();
  return { identified, asked, refused, world, requests: requestsOf(world) };
}

export function requestsOf({ conversation }: World): string[] {
  return conversation.requests.map(({ method, url, body }) => {
    assert.ok(url.startsWith('https://auth.example/api/auth/'), url);
    return [method, url.slice('https://auth.example/api/auth/'.length), body && JSON.stringify(body)]
      .filter(Boolean)
      .join(' ');
  });
}

/** The requests in the log. */
export function namesIn({ conversation }: World): string[] {
  return conversation.log.lines.map((line) => /^\w+ (.+): \d+ /.exec(line)?.[1] ?? line);
}

export function bapIdOf(identified: IdentifyResult): string | undefined {
  assert.ok(identified.kind === 'identified', identified.kind);
  assert.equal(identified.person.subject, 'user-1');
  assert.deepEqual(identified.grant, GRANT);
  return identified.person.bap?.bapId;
}

export const USERINFO = 'GET oauth2/userinfo';
export const LIST = 'GET organization/list';
export const setActive = (id: string): string => `POST organization/set-active {"organizationId":"${id}"}`;
