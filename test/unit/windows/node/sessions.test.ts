import assert from 'node:assert/strict';
import { after, describe, it } from 'node:test';

import { keyOf } from '../../../../src/sessions/sessionRecord.ts';
import { SessionStore } from '../../../../src/sessions/sessionStore.ts';
import { BrowserSecrets, type BrowserWindow } from '../../support/browserSecrets.ts';
import { FakeClock } from '../../support/fakeClock.ts';
import { recordOf } from '../../support/record.ts';
import { open as openSecrets, until, useOwnFolder } from './browserWorld.ts';

await useOwnFolder();

interface Window {
  readonly store: SessionStore;
  readonly own: BrowserWindow;
  /** Every change it told of, such as `added a`. */
  readonly told: string[];
  readonly tokens: () => string[];
}

/** Opens a window of the extension, as far as its sessions go. Its clock is there to be asked: nothing here takes time. */
async function open(browser: BrowserSecrets, own?: BrowserWindow): Promise<Window> {
  const window = openSecrets(browser, own);
  const store = new SessionStore(window.secrets, new FakeClock(), window.log);
  after(() => {
    store.dispose();
  });
  const told: string[] = [];
  store.onDidChange(({ kind, record }) => told.push(`${kind} ${record.id}`));
  await store.load();
  const tokens = (): string[] => store.list('sigma-identity').map(({ accessToken }) => accessToken);
  return { store, own: window.own, told, tokens };
}

const A = recordOf('a');
const B = recordOf('b', { createdAtMs: 2_000 });

/** Lets both do what they have to do about what they were told. */
async function atRest(browser: BrowserSecrets): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
  await browser.saved();
}

describe('sessions of windows in one browser', () => {
  it('each hears of each change once, whoever made it', async () => {
    const browser = new BrowserSecrets();
    const [one, two] = [await open(browser), await open(browser)];
    await one.store.put(A);
    await until(() => two.told.length === 1);
    await two.store.put(B);
    await until(() => one.told.length === 2);
    await two.store.put({ ...A, accessToken: 'renewed' });
    await until(() => one.told.length === 3);
    assert.deepEqual(one.tokens(), ['renewed', 'token of b']);
    await one.store.remove('b');
    await until(() => two.told.length === 4);
    await atRest(browser);
    const all = ['added a', 'added b', 'changed a', 'removed b'];
    assert.deepEqual([one.told, two.told], [all, all]);
    assert.deepEqual([one.tokens(), two.tokens()], [['renewed'], ['renewed']]);
    assert.deepEqual(Object.keys(browser.stored).sort(), [keyOf('a'), 'windows']);
  });

  it('a window that opens finds them all, which is no change', async () => {
    const browser = new BrowserSecrets();
    const [one, two] = [await open(browser), await open(browser)];
    await one.store.put(A);
    await two.store.put(B);
    await browser.saved();
    browser.text = JSON.stringify({ windows: browser.stored.windows });
    const three = await open(browser);
    assert.deepEqual(three.tokens(), ['token of a', 'token of b']);
    await atRest(browser);
    assert.deepEqual(three.told, []);
    assert.deepEqual([one.told, two.told].flat().sort(), ['added a', 'added a', 'added b', 'added b']);
  });

  it('two versions written at the same moment become one, everywhere the same', async () => {
    const browser = new BrowserSecrets();
    const [one, two] = [await open(browser), await open(browser)];
    await one.store.put(A);
    await until(() => two.told.length === 1);
    await Promise.all([
      one.store.put({ ...A, accessToken: 'of one' }),
      two.store.put({ ...A, accessToken: 'of two' }),
    ]);
    await until(() => one.tokens().join() === two.tokens().join());
    await atRest(browser);
    assert.deepEqual(one.tokens(), two.tokens());
    const { accessToken } = JSON.parse(browser.stored[keyOf('a')] ?? '') as typeof A;
    assert.deepEqual([accessToken], one.tokens());
    assert.equal(one.own.known.get(keyOf('a')), two.own.known.get(keyOf('a')));
  });

  it('a window that read an older version before it opened brings nobody back to it', async () => {
    const browser = new BrowserSecrets();
    const one = await open(browser);
    await one.store.put(A);
    await browser.saved();
    const late = browser.window();
    await one.store.put({ ...A, accessToken: 'renewed' });
    const two = await open(browser, late);
    await until(() => two.tokens().join() === 'renewed');
    await atRest(browser);
    assert.deepEqual(one.tokens(), ['renewed']);
    assert.deepEqual(one.told, ['added a', 'changed a']);
    assert.equal(one.own.known.get(keyOf('a')), two.own.known.get(keyOf('a')));
  });

  it('a sign-out in one and a renewal in the other at the same moment: it is gone', async () => {
    const browser = new BrowserSecrets();
    const [one, two] = [await open(browser), await open(browser)];
    await one.store.put(A);
    await until(() => two.told.length === 1);
    await Promise.all([one.store.remove('a'), two.store.put({ ...A, accessToken: 'renewed' })]);
    await until(() => two.tokens().length === 0);
    await atRest(browser);
    assert.deepEqual([one.tokens(), two.tokens()], [[], []]);
    assert.deepEqual([one.told.at(-1), two.told.at(-1)], ['removed a', 'removed a']);
    assert.deepEqual(Object.keys(browser.stored), ['windows']);
    for (const { own } of [one, two]) assert.deepEqual([...own.known.keys()], ['windows']);
  });
});
