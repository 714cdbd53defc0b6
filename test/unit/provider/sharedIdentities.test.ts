import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { handlesOf, type IdentityWindow, IdentityWorld, listed } from '../support/identityWorld.ts';
import { SERVER } from '../support/fakeService.ts';

const HOUR_MS = 3_600_000;

async function sharedWorld(lifeMs?: number): Promise<{ world: IdentityWorld; one: IdentityWindow }> {
  const world = new IdentityWorld();
  const one = await world.ready();
  const grant = world.service.grant(lifeMs === undefined ? {} : { lifeMs });
  await world.share(one, await world.signIn(one, grant));
  return { world, one };
}

describe('an identity that extensions can get', () => {
  it('is none before an extension has asked, and one afterward, in every window', async () => {
    const world = new IdentityWorld();
    const [one, two] = [await world.ready(), await world.ready()];
    const record = await world.signIn(one);
    assert.deepEqual([listed(one), listed(two), one.heard], [[], [], []]);
    const { handle } = await world.share(one, record);
    for (const window of [one, two]) {
      assert.deepEqual(handlesOf(window), [handle.text]);
      assert.deepEqual(window.heard, ['added bap-1']);
    }
  });

  it('has a random handle that is neither the token nor the ID of the session behind it', async () => {
    const { world, one } = await sharedWorld();
    const [identity] = one.shared.list();
    assert.ok(identity);
    const { handle, record } = identity;
    const secrets = [record.grant.accessToken, record.id];
    for (const text of [handle.id, handle.text])
      for (const secret of secrets) assert.ok(!text.includes(secret) && !world.stored().includes(secret));
    const other = await sharedWorld();
    assert.notDeepEqual(handlesOf(other.one), [handle.text]);
    assert.notEqual(other.one.shared.list()[0]?.handle.id, handle.id);
  });

  it('keeps its handle when an extension asks again, here or in another window', async () => {
    const { world, one } = await sharedWorld();
    const two = await world.ready();
    const handles = handlesOf(one);
    for (const window of [one, two]) {
      const [record] = await window.shared.signedIn();
      assert.ok(record);
      await world.share(window, record);
    }
    assert.deepEqual([handlesOf(one), handlesOf(two)], [handles, handles]);
    assert.deepEqual([one.heard, two.heard], [['added bap-1'], []]);
  });

  it('is added as soon as it can be read, if it cannot be when the window opens', async () => {
    const { world } = await sharedWorld();
    world.storage.readFailure = new Error('locked');
    const later = await world.ready();
    await assert.rejects(later.shared.load());
    assert.deepEqual([listed(later), later.heard], [[], []]);
    world.storage.readFailure = undefined;
    await world.clock.advance(60_000);
    assert.deepEqual([listed(later), later.heard], [['bap-1'], ['added bap-1']]);
  });

  it('survives a restart, without an event', async () => {
    const { world, one } = await sharedWorld();
    const handles = handlesOf(one);
    await world.sessions.close(one);
    const later = await world.ready();
    assert.deepEqual([handlesOf(later), later.heard], [handles, []]);
  });

  it('keeps its handle while the session behind it is renewed or signed in again', async () => {
    const world = new IdentityWorld();
    const one = await world.ready();
    const record = await world.signIn(one, world.service.grant({ lifeMs: HOUR_MS, refreshable: true }));
    const { handle } = await world.share(one, record);
    world.clock.jump(HOUR_MS);
    assert.deepEqual(handlesOf(one), [handle.text], 'it waits for the renewal');
    await world.clock.run(one.sessions.settle());
    await world.signIn(one);
    assert.deepEqual([handlesOf(one), one.heard], [[handle.text], ['added bap-1']]);
  });

  it('tells when the service says something new about the person, and not when it grants a token', async () => {
    const { world, one } = await sharedWorld();
    await world.signIn(one);
    assert.deepEqual(one.heard, ['added bap-1']);
    await world.signIn(one, world.service.grant(), 'bap-1', { name: 'Ann Smith' });
    assert.deepEqual(one.heard, ['added bap-1', 'changed bap-1']);
  });

  it('is taken back alone: the user stays signed in', async () => {
    const { world, one } = await sharedWorld();
    const two = await world.ready();
    const [identity] = one.shared.list();
    assert.ok(identity);
    assert.equal(await one.shared.takeBack(identity), true);
    await world.clock.settle();
    for (const window of [one, two]) {
      assert.deepEqual([listed(window), window.heard.at(-1)], [[], 'removed bap-1']);
      assert.equal(window.shared.withId(identity.handle.id), undefined);
      assert.equal(window.all.usable().length, 1);
    }
    assert.deepEqual(listed(await world.ready()), []);
    assert.ok(!world.stored().includes(identity.handle.text));
  });

  it('gets a new handle when an extension asks after that', async () => {
    const { world, one } = await sharedWorld();
    const [before] = one.shared.list();
    assert.ok(before);
    await one.shared.takeBack(before);
    const after = await world.share(one, before.record);
    assert.notEqual(after.handle.text, before.handle.text);
    assert.notEqual(after.handle.id, before.handle.id);
    assert.deepEqual(handlesOf(await world.ready()), [after.handle.text]);
  });

  it('ends in every window when the user signs out of the session behind it', async () => {
    const { world, one } = await sharedWorld();
    const two = await world.ready();
    const [identity] = two.shared.list();
    assert.ok(identity);
    await two.sessions.signOut(identity.record.id);
    await world.clock.settle();
    for (const window of [one, two])
      assert.deepEqual([listed(window), window.heard.at(-1)], [[], 'removed bap-1']);
    assert.ok(!world.stored().includes(identity.handle.text));
  });

  it('ends when the service rejects the session, and does not come back with a new sign-in', async () => {
    const { world, one } = await sharedWorld();
    const [identity] = one.shared.list();
    assert.ok(identity);
    world.service.reject(identity.record.grant.accessToken);
    await one.sessions.verification.verify(identity.record.id, one.closed.signal);
    assert.deepEqual([listed(one), one.heard.at(-1)], [[], 'removed bap-1']);
    const again = await world.signIn(one);
    assert.equal(again.id, identity.record.id);
    assert.deepEqual(listed(one), []);
  });

  it('ends with an expired session, and does not come back with a new sign-in', async () => {
    const { world, one } = await sharedWorld(HOUR_MS);
    world.clock.jump(2 * HOUR_MS);
    assert.deepEqual([listed(one), one.heard], [[], ['added bap-1']], 'nobody has noticed the end yet');
    await one.sessions.settle();
    assert.equal(one.heard.at(-1), 'removed bap-1');
    const two = await world.ready();
    const again = await world.signIn(one);
    await world.clock.settle();
    assert.deepEqual([listed(one), listed(two)], [[], []]);
    const { handle } = await world.share(one, again);
    assert.deepEqual([handlesOf(one), handlesOf(two)], [[handle.text], [handle.text]]);
  });

  it('comes back when the session only seemed to expire, because the clock was wrong', async () => {
    const { world, one } = await sharedWorld(HOUR_MS);
    const handles = handlesOf(one);
    world.clock.jump(2 * HOUR_MS);
    await one.sessions.settle();
    world.clock.jump(-2 * HOUR_MS);
    await one.sessions.settle();
    assert.deepEqual(handlesOf(one), handles);
    assert.deepEqual(one.heard, ['added bap-1', 'removed bap-1', 'added bap-1']);
  });

  it('keeps a new handle though a window has not heard of the new sign-in', async () => {
    const { world, one } = await sharedWorld(HOUR_MS);
    world.clock.jump(2 * HOUR_MS);
    await one.sessions.settle();
    const two = await world.ready();
    two.storage.stop(); // it hears of the handle, and not of the sign-in
    const { handle } = await world.share(one, await world.signIn(one));
    two.all.followSettings();
    await world.clock.settle();
    assert.deepEqual([handlesOf(one), listed(two)], [[handle.text], []]);
    two.storage.goOn();
    await world.clock.settle();
    assert.deepEqual([handlesOf(one), handlesOf(two)], [[handle.text], [handle.text]]);
  });

  it('is away while the settings name another server', async () => {
    const { world, one } = await sharedWorld();
    const handles = handlesOf(one);
    await world.signIn(one);
    for (const server of ['https://staging.example', SERVER]) {
      world.service.server = server;
      one.all.followSettings();
    }
    assert.deepEqual(handlesOf(one), handles);
    assert.deepEqual(one.heard, ['added bap-1', 'removed bap-1', 'added bap-1']);
  });

  it('is the same in both windows after extensions have asked in both at the same moment', async () => {
    const world = new IdentityWorld();
    const [one, two] = [await world.ready(), await world.ready()];
    const record = await world.signIn(one);
    await world.clock.settle();
    await Promise.all([world.share(one, record), world.share(two, record)]);
    const handles = handlesOf(one);
    assert.equal(handles.length, 1);
    assert.deepEqual(handlesOf(two), handles);
    assert.deepEqual(handlesOf(await world.ready()), handles);
  });

  it('is listed once for an account with several sessions, and taken back with all of them', async () => {
    const { world, one } = await sharedWorld();
    const record = await world.signIn(one);
    const other = { ...record, id: 'other', scopes: ['email'] };
    await one.store.replace(other);
    await world.share(one, other);
    assert.deepEqual([listed(one), one.handles.sessionIds()], [['bap-1'], [record.id]]);
    one.handles.give('other', 1); // as another window does at the same moment
    const [identity, ...others] = one.shared.list();
    assert.ok(identity);
    assert.deepEqual(others, []);
    await one.shared.takeBack(identity);
    assert.deepEqual([listed(one), one.handles.sessionIds()], [[], []]);
  });

  it('is one of several, the latest sign-in first', async () => {
    const { world, one } = await sharedWorld();
    world.clock.jump(1_000);
    await world.share(one, await world.signIn(one, world.service.grant(), 'bap-2'));
    assert.deepEqual(listed(one), ['bap-2', 'bap-1']);
  });
});

describe('the identities to choose from', () => {
  it('are the signed-in accounts with a BAP identity, the latest sign-in first', async () => {
    const world = new IdentityWorld();
    const one = await world.ready();
    const { person } = await world.signIn(one, world.service.grant(), 'bap-1');
    world.clock.jump(1_000);
    await world.signIn(one, world.service.grant(), 'bap-2');
    const { bap: _, ...withoutIdentity } = { ...person, accountId: 'user-1' };
    await one.sessions.keep(
      { scopes: ['openid'], grant: world.service.grant(), person: withoutIdentity },
      one.closed.signal,
    );
    assert.deepEqual(
      (await one.shared.signedIn()).map((record) => record.person.accountId),
      ['bap-2', 'bap-1'],
    );
  });
});
