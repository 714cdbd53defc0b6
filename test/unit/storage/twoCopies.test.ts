import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { afterAmendment } from '../../../src/sessions/record.ts';
import { TwoCopies } from '../../../src/storage/twoCopies.ts';
import { CopiesWorld, namesOf } from '../support/copiesWorld.ts';
import { textOf } from '../support/fakeStorage.ts';
import { put, textIn } from '../support/folderWorld.ts';
import { recordOf, removedOf } from '../support/record.ts';
import { RecordingLog } from '../support/recordingLog.ts';
import { renewed, signedInAgain } from '../support/storeWorld.ts';

const A = recordOf('a');
const SECOND = renewed(A, 'second');
const AGAIN = signedInAgain(A, 'again');
const MARK = removedOf('a');
const B = recordOf('b');
const AMENDED = { ...A, version: afterAmendment(A.version) };
/** Longer than the pauses before the first attempts. */
const RETRIED_MS = 10_000;

describe('the two copies of items', () => {
  it('both receive what is added, and either can be lost', async () => {
    for (const lost of ['secrets', 'shared'] as const) {
      const world = new CopiesWorld();
      const { copies } = world.open();
      await put(copies, A);
      await put(copies, B);
      assert.deepEqual(world.names, { secrets: namesOf(A, B), shared: namesOf(A, B) });
      world[lost].drop('a');
      world[lost].drop('b');
      const next = world.open();
      assert.deepEqual([...(await next.copies.names())].sort(), namesOf(A, B));
      assert.equal(await textIn(next.copies, A), textOf(A));
      assert.deepEqual(next.log.lines, []);
    }
  });

  it('are both written when a window closes right after the first one has an item', async () => {
    const world = new CopiesWorld();
    const { copies } = world.open();
    world.shared.writeMs = 2_000;
    await put(copies, A);
    assert.deepEqual(world.names, { secrets: namesOf(A), shared: [] });
    await world.clock.run(copies.finish());
    assert.deepEqual(world.names.shared, namesOf(A));
  });

  it('are listed together, each name once', async () => {
    const world = new CopiesWorld();
    for (const record of [A, B]) world.secrets.have(record);
    for (const record of [B, SECOND, removedOf('c')]) world.shared.have(record);
    assert.deepEqual([...(await world.open().copies.names())].sort(), namesOf(A, B, SECOND, removedOf('c')));
  });

  it('return a text that only one of them has', async () => {
    const world = new CopiesWorld();
    world.secrets.have(A);
    world.shared.have(B);
    const { copies } = world.open();
    for (const record of [A, B]) assert.equal(await textIn(copies, record), textOf(record));
    assert.equal(await textIn(copies, SECOND), undefined);
  });

  for (const [older, newer] of [
    [A, SECOND],
    [SECOND, AGAIN],
    [AGAIN, MARK],
    [A, AMENDED],
  ] as const)
    for (const place of ['secrets', 'shared'] as const)
      it(`fill in what one has missed: ${namesOf(newer).join()} is only in ${place}`, async () => {
        const world = new CopiesWorld();
        for (const each of ['secrets', 'shared'] as const) world[each].have(each === place ? newer : older);
        const { copies, log } = world.open();
        assert.deepEqual([...(await copies.names())].sort(), namesOf(older, newer));
        await world.clock.settle();
        assert.deepEqual(world.names, { secrets: namesOf(newer), shared: namesOf(newer) });
        assert.deepEqual(log.lines, []);
      });

  it('are compared whenever both are listed, so what one has lost comes back', async () => {
    const world = new CopiesWorld();
    world.secrets.have(A);
    world.shared.readFailure = new Error('no disk');
    const { copies } = world.open();
    await copies.names();
    await world.clock.settle();
    world.shared.readFailure = undefined;
    assert.deepEqual(world.names.shared, []);
    for (const place of ['shared', 'secrets'] as const) {
      world[place].drop('a');
      await copies.names();
      await world.clock.settle();
      assert.deepEqual(world.names[place], namesOf(A));
    }
  });

  it('fill in everything that one has missed, except an item that is gone', async () => {
    const world = new CopiesWorld();
    const records = Array.from({ length: 100 }, (_, at) => recordOf(`session-${at}`));
    for (const record of records) world.secrets.have(record);
    const { copies } = world.open();
    const names = await copies.names();
    world.secrets.drop('session-70'); // gone since it was listed
    for (let turn = 0; turn < 100; turn++) await world.clock.settle();
    assert.equal(names.length, 100);
    assert.equal(world.names.shared.length, 99);
  });

  it('have a status each', async () => {
    const world = new CopiesWorld();
    const { copies } = world.open();
    assert.deepEqual(copies.status(), { secrets: 'unused', shared: 'unused' });
    world.shared.writeFailure = new Error('no space');
    await put(copies, A);
    await copies.names();
    assert.deepEqual(copies.status(), { secrets: 'works', shared: 'fails' });
    world.shared.writeFailure = undefined;
    world.secrets.readFailure = new Error('locked');
    await world.clock.advance(RETRIED_MS);
    await copies.names();
    assert.deepEqual(copies.status(), { secrets: 'fails', shared: 'works' });
    world.secrets.readFailure = undefined;
    await copies.names();
    assert.deepEqual(copies.status(), { secrets: 'works', shared: 'works' });
  });

  it('fire changes of either, until the end', () => {
    const world = new CopiesWorld();
    const { copies } = world.open();
    const heard: (string | undefined)[] = [];
    copies.onDidChange((id) => heard.push(id));
    world.secrets.put(A);
    world.shared.put(B);
    world.shared.tellOfAll();
    assert.deepEqual(heard, ['a', 'b', undefined]);
    copies.onDidChange(() => assert.fail('it was disposed'));
    heard.length = 0;
    copies.dispose();
    world.secrets.put(SECOND);
    world.shared.put(SECOND);
    assert.deepEqual(heard, []);
    assert.deepEqual([world.secrets.listeners, world.shared.listeners], [0, 0]);
  });
});

describe('a list of two copies that comes while one is still being filled in', () => {
  it('does not fill it in once more', async () => {
    const world = new CopiesWorld();
    world.secrets.have(A);
    world.shared.writeMs = 2_000;
    const { copies, asked } = world.open();
    for (let times = 0; times < 3; times++) await copies.names();
    await world.clock.advance(2_000);
    assert.deepEqual(
      asked.filter((each) => each === 'read'),
      ['read'],
    );
    assert.deepEqual(world.names.shared, namesOf(A));
  });

  for (const place of ['secrets', 'shared'] as const)
    it(`fills in what ${place} has lost since the list before it`, async () => {
      const world = new CopiesWorld();
      const { copies } = world.open();
      await put(copies, A);
      await put(copies, B);
      world[place].drop('b');
      world[place].writeMs = 2_000;
      await copies.names();
      world[place].drop('a');
      await copies.names();
      await world.clock.advance(10_000);
      assert.deepEqual(world.names[place], namesOf(A, B));
    });
});

describe('the end of two copies', () => {
  it('is the end of both places', () => {
    const world = new CopiesWorld();
    const ended: string[] = [];
    const [secrets, shared] = (['secrets', 'shared'] as const).map((name) => ({
      ...world[name].window(),
      dispose: () => void ended.push(name),
    }));
    assert.ok(secrets && shared);
    const runtime = { clock: world.clock, log: new RecordingLog(), closed: new AbortController().signal };
    new TwoCopies({ secrets, shared, inBrowser: false }, runtime).dispose();
    assert.deepEqual(ended, ['secrets', 'shared']);
  });
});

describe('in a browser, where SecretStorage gets only what the user does', () => {
  for (const [what, record, isInSecrets] of [
    ['a sign-in', A, true],
    ['another sign-in', AGAIN, true],
    ['a sign-out', MARK, true],
    ['a renewal', SECOND, false],
    ['what a version has lost', AMENDED, false],
  ] as const)
    it(`${what} is ${isInSecrets ? '' : 'not '}in SecretStorage`, async () => {
      const world = new CopiesWorld('browser');
      const { copies, log } = world.open();
      await put(copies, record);
      const names = namesOf(record);
      assert.deepEqual(world.names, { secrets: isInSecrets ? names : [], shared: names });
      assert.deepEqual(log.lines, []);
    });

  it('SecretStorage gets a renewal when the shared copy fails', async () => {
    const world = new CopiesWorld('browser');
    const { copies } = world.open();
    await put(copies, A);
    world.shared.writeFailure = new Error('no space');
    await put(copies, SECOND);
    assert.deepEqual(world.names, { secrets: namesOf(SECOND), shared: namesOf(A) });
    world.shared.writeFailure = undefined;
    await world.clock.advance(RETRIED_MS);
    assert.deepEqual(world.names.shared, namesOf(SECOND));
  });

  it('SecretStorage gets a renewal at the next start only if it lacks the sign-in', async () => {
    for (const [there, wanted] of [
      [[A], namesOf(A)],
      [[], namesOf(renewed(AGAIN, 'third'))],
      [[A, AGAIN], namesOf(AGAIN)],
    ] as const) {
      const world = new CopiesWorld('browser');
      for (const record of there) world.secrets.have(record);
      const newest = wanted[0] === namesOf(A)[0] ? SECOND : renewed(AGAIN, 'third');
      world.shared.have(newest);
      await world.open().copies.names();
      await world.clock.settle();
      assert.deepEqual(world.names, { secrets: wanted, shared: namesOf(newest) });
    }
  });
});
