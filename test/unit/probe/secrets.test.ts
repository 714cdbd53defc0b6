import assert from 'node:assert/strict';
import { after, before, describe, it, mock } from 'node:test';

import { startAdomServer } from '../../servers/adom.ts';
import { startSigmaServer, type Person } from '../../servers/sigma.ts';
import { Outside } from '../../probe/outside.ts';
import { approveAtAdom, approveAtSigma, runProbe } from '../support/probeWorld.ts';

const BAP_ID = '3DgKFHRq8n2RDjF4dZEyncXVc1Rf';
const CANARIA: Person = {
  label: 'Canaria Serinus',
  email: 'canaria@example.com',
  identities: [
    {
      bapId: BAP_ID,
      pubkey: '02eb4f9ffb94825304f0cdf9c1e9cb7ea14bc2291d6182e96d4429ab68a8e1224c',
      rootAddress: '15GrkEZ3ZaZqBhdDoXKbXtNoacg7zkFMr6',
      profile: { alternateName: 'Goldfinch', description: 'Sings at dawn' },
    },
  ],
};
const LINNET = {
  label: 'demo person',
  user: { id: 'user-Chaffinch', name: 'linnet', display_name: 'Linnet', email: 'linnet@example.com' },
};

/** Words of the protocols, which say nothing about a person. */
const PROTOCOL = new Set([
  'Bearer',
  'openid profile offline_access',
  'pending',
  'authenticated',
  'editor',
  'null',
]);

/** Everything that the servers have said in JSON, with the texts inside of texts. */
const said = new Set<string>();

function collect(json: unknown): void {
  if (typeof json === 'object' && json !== null) Object.values(json).forEach(collect);
  if (typeof json !== 'string' || json.length < 4 || PROTOCOL.has(json)) return;
  if (json.startsWith('BAP-Identity/')) return; // our own User-Agent
  said.add(json);
  if (json.startsWith('{')) collect(JSON.parse(json));
}

describe('what the probe prints', () => {
  before(() => {
    const real = globalThis.fetch;
    mock.method(globalThis, 'fetch', async (...args: Parameters<typeof fetch>) => {
      const response = await real(...args);
      const isJson = response.headers.get('content-type')?.includes('json') === true;
      if (isJson && response.status < 400) collect(await response.clone().json());
      return response;
    });
  });
  after(() => {
    mock.restoreAll();
  });

  it('has no secret, no name and nothing else that a server has said', async () => {
    const sigma = await startSigmaServer({ intervalSeconds: 1, people: [CANARIA], refreshTokens: true });
    const adom = await startAdomServer({ pingMs: 100, people: [LINNET], rotatesTokens: true });
    after(() => Promise.all([sigma.close(), adom.close()]));
    const approve = (code: string, link: string): void => {
      if (!link.startsWith(sigma.url)) {
        approveAtAdom(adom, link);
        return;
      }
      approveAtSigma(sigma, code);
      // Names where names of members are expected.
      const planted = { Goldfinch: 1, goldfinch_score: 2, [BAP_ID]: 3, trust_score: 4 };
      const change = (claims: object): object => ({ ...claims, name: 'Goldfinch', ...planted });
      sigma.failNext('GET /api/auth/oauth2/userinfo', { kind: 'rewrite', change });
    };
    const probed = await runProbe({ sigma: sigma.url, adom: adom.url, approve });
    assert.equal(probed.code, 0);
    for (const [place, text] of [
      ['table', probed.printed],
      ['other lines', probed.said.replaceAll(/(?<=(?:Code|Link): ).*/g, '')],
    ] as const)
      for (const each of said)
        assert.ok(!text.toLowerCase().includes(each.toLowerCase()), `${place}: ${each}`);
    for (const each of ['canaria', 'goldfinch', 'linnet', 'chaffinch', BAP_ID])
      assert.ok(
        [...said].some((text) => text.toLowerCase().includes(each.toLowerCase())),
        `never said: ${each}`,
      );
    assert.match(probed.printed, /trust_score: number, 3 more\}/);
  });

  it('has no words of a refusal', async () => {
    const sigma = await startSigmaServer();
    after(() => sigma.close());
    const body = {
      error: 'Goldfinch Serinus',
      error_description: 'Goldfinch is banned',
      code: 'banned Goldfinch',
    };
    sigma.failNext('/api/auth/device/code', { kind: 'answer', status: 400, body }, 2);
    const { printed, said: others } = await runProbe({ sigma: sigma.url, only: 'sigma' });
    assert.doesNotMatch(printed + others, /goldfinch/i);
  });
});

describe('the form of an answer', () => {
  for (const [json, form] of [
    [undefined, 'no JSON'],
    [null, 'null'],
    [[], 'empty list'],
    [[{ id: 'x' }], 'list of {id: text}'],
    [
      { expires_in: 900, completed: false, state: '' },
      '{expires_in: number, completed: boolean, state: empty text}',
    ],
    [{ expires_in: '900', created_at: '2026-01-01T00:00:00Z' }, '{expires_in: digits, created_at: date}'],
    [
      { bap: '{"idKey":"x"}', picture: 'data:image/png;base64,AA' },
      '{bap: JSON in a string, picture: data: address}',
    ],
    [
      { picture: `ord://${'a'.repeat(64)}_0`, image: 'https://a.example/' },
      '{picture: on-chain address, image: address}',
    ],
    [{ email: 'x@sigma.local' }, '{email: made-up email}'],
    [{ email: 'x@example.com' }, '{email: email}'],
    [{ session: { user: { profile: { name: 1 } } } }, '{session: {user: {profile: object}}}'],
    [{ 'two words': 1, a1: 2, '': 3 }, '{3 more}'],
  ] as const)
    it(`is ${form}`, () => {
      assert.equal(new Outside([]).form(json), form);
    });
});
