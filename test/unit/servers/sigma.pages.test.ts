import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import {
  demoPerson,
  personWithoutIdentity,
  secondPerson,
  type Person,
  type SigmaServer,
} from '../../servers/sigma.ts';
import { poll, refusal, requestCode, sigmaServer, userinfo, type CodeAnswer } from './sigmaApi.ts';

/** A browser without scripts, which sends forms and keeps cookies. */
async function signedIn({ url }: SigmaServer, { email }: Person) {
  const send = (page: string, form: Record<string, string>, cookie = ''): Promise<Response> => {
    const body = new URLSearchParams(form);
    return fetch(`${url}/${page}`, { method: 'POST', headers: { cookie }, body, redirect: 'manual' });
  };
  const answer = await send('device-sign-in', { email });
  const cookie = answer.headers
    .getSetCookie()
    .map((set) => set.split(';', 1)[0])
    .join('; ');
  return {
    review: async ({ user_code }: CodeAnswer): Promise<string> =>
      (await fetch(`${url}/device-review?code=${user_code}`, { headers: { cookie } })).text(),
    decide: async ({ user_code: code }: CodeAnswer, form: Record<string, string>): Promise<string> =>
      (await send('device-decide', { code, ...form }, cookie)).text(),
  };
}

describe('Sigma reference server: the page', () => {
  it('approves without asking for an identity, for users with two, one or none', async () => {
    const people = [demoPerson, secondPerson, personWithoutIdentity];
    const server = await sigmaServer({ people });
    for (const person of people) {
      const browser = await signedIn(server, person);
      const code = await requestCode(server);
      const page = await browser.review(code);
      assert.match(page, /<h1>Approve\?<\/h1>/);
      assert.doesNotMatch(page, /type="radio"/);
      assert.match(await browser.decide(code, { decision: 'approve' }), /<h1>Approved<\/h1>/);
      const { json } = await poll(server, code);
      const claims = await userinfo(server, String(json.access_token));
      assert.deepEqual([claims.json.name, claims.json.bap_id], [person.label, undefined]);
    }
  });

  it('takes no identity that a form names all the same', async () => {
    const server = await sigmaServer();
    const browser = await signedIn(server, demoPerson);
    const code = await requestCode(server);
    await browser.review(code);
    const identity = demoPerson.identities[0]?.bapId ?? assert.fail();
    await browser.decide(code, { decision: 'approve', identity });
    const { json } = await poll(server, code);
    assert.equal('bap_id' in (await userinfo(server, String(json.access_token))).json, false);
  });

  it('denies', async () => {
    const server = await sigmaServer();
    const browser = await signedIn(server, demoPerson);
    const code = await requestCode(server);
    await browser.review(code);
    assert.match(await browser.decide(code, { decision: 'deny' }), /<h1>Denied<\/h1>/);
    assert.deepEqual(await refusal(server, code), [400, 'access_denied']);
  });

  it('asks for an identity on an older server, and does not go on without one', async () => {
    const server = await sigmaServer({ identityAtApproval: true });
    const browser = await signedIn(server, secondPerson);
    const code = await requestCode(server);
    const page = await browser.review(code);
    assert.match(page, /<h1>Which identity\?<\/h1>/);
    assert.equal(page.match(/type="radio"/g)?.length, 2);
    assert.match(await browser.decide(code, { decision: 'approve' }), /Pick an identity/);
    const identity = secondPerson.identities[1]?.bapId ?? assert.fail();
    assert.match(await browser.decide(code, { decision: 'approve', identity }), /knows you as satoshi/);
    const { json } = await poll(server, code);
    assert.equal((await userinfo(server, String(json.access_token))).json.bap_id, identity);
  });
});
