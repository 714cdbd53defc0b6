import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';

import { McpWorld, tools } from '../../support/mcpWorld.ts';
import { VERIFICATION_LASTS_MS } from '../../../../src/sharing/mcp/tokens.ts';

const HOUR_MS = 3_600_000;

describe('the token for an MCP server', () => {
  let mcp: McpWorld;

  beforeEach(() => {
    mcp = new McpWorld();
  });

  const signedInAs = (id: string, accountId: string): void => {
    const person = { accountId, accountLabel: `Ann (${accountId})`, subject: 'user-1', name: 'Ann' };
    mcp.world.have(id, mcp.world.service.grant({ lifeMs: 48 * HOUR_MS }), { person });
  };

  it('is given once the user allows it for their only account, asking once', async () => {
    signedInAs('a', 'bap-1');
    const { tokens } = await mcp.open();
    mcp.answers.push('allow');
    assert.equal(await mcp.token(tokens), 'access 1');
    assert.equal(await mcp.token(tokens), 'access 1');
    assert.deepEqual(mcp.asked, ['may Tools have bap-1?']);
  });

  it('is given in every window once allowed in one', async () => {
    signedInAs('a', 'bap-1');
    mcp.answers.push('allow');
    await mcp.token((await mcp.open()).tokens);
    assert.equal(await mcp.token((await mcp.open()).tokens), 'access 1');
    assert.equal(mcp.asked.length, 1);
  });

  it('is not given after a refusal, and the next start does not ask', async () => {
    signedInAs('a', 'bap-1');
    const { tokens } = await mcp.open();
    mcp.answers.push('no');
    assert.equal(await mcp.token(tokens), undefined);
    assert.equal(await mcp.token(tokens), undefined);
    assert.equal(mcp.asked.length, 1);
    assert.equal(mcp.choices.sessionIdFor(tools), undefined);
  });

  it('is asked about again on request and in a new window', async () => {
    signedInAs('a', 'bap-1');
    const { tokens } = await mcp.open();
    mcp.answers.push('no', 'no', 'allow');
    await mcp.token(tokens);
    tokens.askAgain(tools);
    assert.equal(await mcp.token(tokens), undefined);
    assert.equal(await mcp.token((await mcp.open()).tokens), 'access 1');
  });

  it('needs separate consent for another URL', async () => {
    signedInAs('a', 'bap-1');
    const { tokens } = await mcp.open();
    mcp.answers.push('allow', 'no');
    await mcp.token(tokens);
    const moved = { ...tools, label: 'Moved', url: 'https://evil.example/mcp' };
    assert.equal(await mcp.token(tokens, moved), undefined);
    assert.deepEqual(mcp.asked, ['may Tools have bap-1?', 'may Moved have bap-1?']);
  });

  it('belongs to the account that the user picks, also after a newer sign-in', async () => {
    signedInAs('a', 'bap-1');
    signedInAs('b', 'bap-2');
    const { window, tokens } = await mcp.open();
    mcp.answers.push({ pick: 'bap-1' }, 'allow');
    assert.equal(await mcp.token(tokens), 'access 1');
    await mcp.world.clock.run(mcp.world.signIn(window, mcp.world.service.grant(), ['x'], 'bap-3'));
    assert.equal(await mcp.token(tokens), 'access 1');
    assert.deepEqual(mcp.asked, ['which of bap-1, bap-2 for Tools?', 'may Tools have bap-1?']);
  });

  it('can belong to a new account instead of the only one', async () => {
    signedInAs('a', 'bap-1');
    const { tokens } = await mcp.open();
    mcp.signsInAs = 'bap-2';
    mcp.answers.push('other account', 'sign in', 'allow');
    assert.equal(await mcp.token(tokens), 'access 2');
    assert.deepEqual(mcp.asked, [
      'may Tools have bap-1?',
      'which of bap-1 for Tools?',
      'may Tools have bap-2?',
    ]);
  });

  it('comes from a sign-in, followed by consent, when no one is signed in', async () => {
    const { tokens } = await mcp.open();
    mcp.answers.push('sign in', 'allow');
    assert.equal(await mcp.token(tokens), 'access 1');
    assert.deepEqual(mcp.asked, ['sign in with Test Identity for Tools?', 'may Tools have bap-1?']);
  });

  it('is asked for again at the next start when another list hides the one of accounts', async () => {
    signedInAs('a', 'bap-1');
    signedInAs('b', 'bap-2');
    const { tokens } = await mcp.open();
    mcp.answers.push('hidden', { pick: 'bap-2' }, 'allow');
    assert.equal(await mcp.token(tokens), undefined);
    assert.equal(await mcp.token(tokens), 'access 2');
  });

  it('is not asked for again after the user wants no account with the server', async () => {
    signedInAs('a', 'bap-1');
    signedInAs('b', 'bap-2');
    const { tokens } = await mcp.open();
    mcp.answers.push('no');
    assert.equal(await mcp.token(tokens), undefined);
    assert.equal(await mcp.token(tokens), undefined);
    assert.equal(mcp.asked.length, 1);
  });

  it('is not given when the user declines or cancels the sign-in', async () => {
    const { tokens } = await mcp.open();
    mcp.signsInAs = undefined;
    mcp.answers.push('no', 'sign in');
    assert.equal(await mcp.token(tokens), undefined);
    tokens.askAgain(tools);
    assert.equal(await mcp.token(tokens), undefined);
    assert.equal(mcp.asked.length, 2);
  });

  it('is verified with the service first', async () => {
    signedInAs('a', 'bap-1');
    const { tokens } = await mcp.open();
    mcp.answers.push('allow');
    await mcp.token(tokens);
    assert.deepEqual(mcp.world.service.asked, ['verify access 1']);
  });

  it('is verified once a minute, for all servers of the session', async () => {
    signedInAs('a', 'bap-1');
    const { tokens } = await mcp.open();
    const other = { ...tools, label: 'Other', url: 'https://other.example/' };
    mcp.world.service.rotates = true;
    mcp.answers.push('allow', 'allow');
    assert.equal(await mcp.token(tokens), 'access 2');
    mcp.world.clock.jump(59_000);
    assert.equal(await mcp.token(tokens, other), 'access 2');
    assert.deepEqual(mcp.world.service.asked, ['verify access 1']);
    mcp.world.clock.jump(1_000);
    assert.equal(await mcp.token(tokens), 'access 3');
    assert.equal(await mcp.token(tokens, other), 'access 3');
    assert.deepEqual(mcp.world.service.asked, ['verify access 1', 'verify access 2']);
  });

  it('is verified at once when asked to', async () => {
    signedInAs('a', 'bap-1');
    const { tokens } = await mcp.open();
    mcp.answers.push('allow');
    await mcp.token(tokens);
    await mcp.world.clock.run(tokens.verifiedSession(tools, 0));
    assert.deepEqual(mcp.world.service.asked, ['verify access 1', 'verify access 1']);
  });

  it('is verified again within a minute if the service did not answer, or the session has another token', async () => {
    signedInAs('a', 'bap-1');
    const { window, tokens } = await mcp.open();
    mcp.answers.push('allow');
    mcp.world.service.offline = true;
    await mcp.token(tokens);
    mcp.world.service.offline = false;
    await mcp.token(tokens);
    await mcp.world.clock.run(mcp.world.signIn(window, mcp.world.service.grant(), ['openid'], 'bap-1'));
    const { service } = mcp.world;
    assert.equal(service.asked.filter((each) => each === 'verify access 1').length, 2);
    const record = window.store.liveSession('a') ?? assert.fail();
    const version = { ...record.version, revision: 9 };
    window.store.publish({ ...record, version, grant: service.grant() });
    await mcp.token(tokens);
    assert.equal(service.asked.at(-1), 'verify access 3');
  });

  it('is given while the service cannot be reached, since it was not rejected', async () => {
    signedInAs('a', 'bap-1');
    const { tokens } = await mcp.open();
    mcp.answers.push('allow');
    mcp.world.service.offline = true;
    assert.equal(await mcp.token(tokens), 'access 1');
  });

  it('is the new one if verification rotates it', async () => {
    signedInAs('a', 'bap-1');
    const { tokens } = await mcp.open();
    mcp.answers.push('allow');
    mcp.world.service.rotates = true;
    assert.equal(await mcp.token(tokens), 'access 2');
  });

  it('is not given when rejected, and keeps its consent after signing in again with the same account', async () => {
    signedInAs('a', 'bap-1');
    const { tokens } = await mcp.open();
    mcp.answers.push('allow', 'sign in');
    await mcp.token(tokens);
    mcp.world.service.reject('access 1');
    mcp.world.clock.jump(60_000);
    assert.equal(await mcp.token(tokens), 'access 2');
    assert.deepEqual(mcp.asked.slice(1), ['sign in with Test Identity as Ann (bap-1) again for Tools?']);
  });

  it('needs new consent when that sign-in used another account', async () => {
    signedInAs('a', 'bap-1');
    const { tokens } = await mcp.open();
    mcp.signsInAs = 'bap-2';
    mcp.answers.push('allow', 'sign in', 'no');
    await mcp.token(tokens);
    mcp.world.service.reject('access 1');
    mcp.world.clock.jump(60_000);
    assert.equal(await mcp.token(tokens), undefined);
    assert.equal(mcp.asked.at(-1), 'may Tools have bap-2?');
  });

  it('needs new consent after signing out', async () => {
    signedInAs('a', 'bap-1');
    const { window, tokens } = await mcp.open();
    mcp.answers.push('allow', 'sign in', 'no');
    await mcp.token(tokens);
    await mcp.world.clock.run(window.sessions.signOut('a'));
    assert.equal(await mcp.token(tokens), undefined);
    assert.deepEqual(mcp.asked.slice(1), ['sign in with Test Identity for Tools?', 'may Tools have bap-1?']);
  });

  it('is asked about for one server at a time, sharing one sign-in', async () => {
    const { tokens } = await mcp.open();
    const other = { ...tools, label: 'Other', url: 'https://other.example/' };
    mcp.answers.push('sign in', 'allow', 'allow');
    const both = Promise.all([
      tokens.verifiedSession(tools, VERIFICATION_LASTS_MS),
      tokens.verifiedSession(other, VERIFICATION_LASTS_MS),
    ]);
    const given = await mcp.world.clock.run(both);
    assert.deepEqual(
      given.map((session) => session?.grant.accessToken),
      ['access 1', 'access 1'],
    );
    assert.deepEqual(mcp.asked, [
      'sign in with Test Identity for Tools?',
      'may Tools have bap-1?',
      'may Other have bap-1?',
    ]);
  });

  it('is never logged', async () => {
    signedInAs('a', 'bap-1');
    const { window, tokens } = await mcp.open();
    mcp.answers.push('allow');
    await mcp.token(tokens);
    assert.ok(!window.log.lines.join('\n').includes('access 1'));
    assert.ok(window.log.lines.some((line) => line.includes('allowed an MCP server to get a token')));
  });
});
