import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { chmod, mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';

import { shortHash } from '../../../../src/windows/node/shortHash.ts';
import { BrowserSecrets, type BrowserWindow } from '../../support/browserSecrets.ts';
import { open, ready, sessionsOf, stranger, until, useOwnFolder } from './browserWorld.ts';

await useOwnFolder();

describe('secrets of windows in one browser', () => {
  it('are in the other window’s own storage before a change is answered, and it is told', async () => {
    const browser = new BrowserSecrets();
    const [one, two] = [await ready(browser), await ready(browser)];
    await one.secrets.store('session/a', '1');
    assert.deepEqual(sessionsOf(two), ['session/a: 1']);
    assert.deepEqual(two.changes, ['session/a']);
    await two.secrets.store('session/a', '2');
    assert.deepEqual(sessionsOf(one), ['session/a: 2']);
    await two.secrets.delete('session/a');
    assert.deepEqual([sessionsOf(one), sessionsOf(two)], [[], []]);
    assert.equal(await one.secrets.get('session/a'), undefined);
    assert.deepEqual(two.changes, Array(3).fill('session/a'), 'once for each change, its own too');
    assert.deepEqual(one.changes.slice(1), two.changes, 'after the windows’ key');
    assert.deepEqual([one.log.lines, two.log.lines], [[], []]);
  });

  it('reach every window', async () => {
    const browser = new BrowserSecrets();
    const [one, two, three] = [await ready(browser), await ready(browser), await ready(browser)];
    await two.secrets.store('session/a', '1');
    await three.secrets.store('session/b', '2');
    for (const window of [one, two, three])
      assert.deepEqual(sessionsOf(window), ['session/a: 1', 'session/b: 2']);
  });

  it('are all in localStorage after windows wrote at the same moment', async () => {
    const browser = new BrowserSecrets();
    const windows = [await ready(browser), await ready(browser), await ready(browser)];
    await Promise.all(windows.map(({ secrets }, at) => secrets.store(`session/${at}`, `${at}`)));
    await browser.saved();
    const { windows: key, ...sessions } = browser.stored;
    assert.deepEqual(sessions, { 'session/0': '0', 'session/1': '1', 'session/2': '2' });
    assert.ok(key);
  });

  it('a deletion and a new session at the same moment both last', async () => {
    const browser = new BrowserSecrets();
    const [one, two] = [await ready(browser), await ready(browser)];
    await one.secrets.store('session/a', '1');
    await Promise.all([one.secrets.delete('session/a'), two.secrets.store('session/b', '2')]);
    await browser.saved();
    assert.deepEqual([sessionsOf(one), sessionsOf(two)], [['session/b: 2'], ['session/b: 2']]);
    assert.deepEqual(Object.keys(browser.stored).sort(), ['session/b', 'windows']);
  });

  it('are there for a window that opens after localStorage was overwritten', async () => {
    const browser = new BrowserSecrets();
    const [one, two] = [await ready(browser), await ready(browser)];
    await one.secrets.store('session/a', '1');
    await two.secrets.store('session/b', '2');
    await browser.saved();
    const { windows: key } = browser.stored;
    browser.text = JSON.stringify({ windows: key, 'another/extension': 'x' });
    const three = open(browser);
    const keys = await three.secrets.keys();
    assert.ok(keys.includes('session/a') && keys.includes('session/b'), 'known once keys() is answered');
    assert.deepEqual(sessionsOf(three), ['session/a: 1', 'session/b: 2']);
    await browser.saved();
    assert.equal(browser.stored['session/a'], '1', 'and is in localStorage again');
    await ready(browser);
    assert.deepEqual(two.changes, ['session/a', 'session/b'], 'no change for those who knew');
  });

  it('come to those that are open from a window that knows more', async () => {
    const browser = new BrowserSecrets();
    const one = await ready(browser);
    browser.text = JSON.stringify({ ...browser.stored, 'session/b': '2' });
    await ready(browser);
    assert.deepEqual(sessionsOf(one), ['session/b: 2']);
    assert.deepEqual(one.changes, ['windows', 'session/b']);
  });

  it('nothing but sessions travels, nor is taken in', async () => {
    const browser = new BrowserSecrets();
    const [one, two] = [await ready(browser), await ready(browser)];
    const { peers, heard } = await stranger(browser, '');
    await one.secrets.store('another', 'canary');
    await one.secrets.store('sessions', 'canary');
    await one.secrets.delete('sessions');
    await one.secrets.store('sessions', 'is a key as any other');
    const three = await ready(browser);
    await three.secrets.delete('another');
    await one.secrets.store('session/a', '1');
    assert.deepEqual(
      heard.map((each) => JSON.parse(each) as unknown),
      [
        { stored: [], deleted: [], asks: true },
        { stored: [{ key: 'session/a', value: '1' }], deleted: [], asks: false },
      ],
    );
    assert.equal(one.own.known.get('another'), 'canary');
    assert.equal(one.own.known.get('sessions'), 'is a key as any other');
    for (const text of [
      { stored: [{ key: 'windows', value: 'another key' }], deleted: [], asks: false },
      { stored: [], deleted: ['windows', 'another'], asks: false },
    ])
      await peers.ask(JSON.stringify(text));
    assert.deepEqual([...two.own.known.keys()], ['windows', 'session/a']);
    assert.equal(two.own.known.get('windows'), browser.stored.windows);
    assert.equal(one.own.known.get('another'), 'canary');
  });

  it('are not heard by windows of another browser', async () => {
    const [browser, another] = [new BrowserSecrets(), new BrowserSecrets()];
    const [one, other] = [await ready(browser), await ready(another)];
    await one.secrets.store('session/a', '1');
    await other.secrets.store('session/b', '2');
    await other.secrets.delete('session/a');
    assert.deepEqual([sessionsOf(one), sessionsOf(other)], [['session/a: 1'], ['session/b: 2']]);
    assert.deepEqual(sessionsOf(await ready(another)), ['session/b: 2']);
  });
});

describe('a deletion', () => {
  it('is not undone by a window that opens with what it read before', async () => {
    const browser = new BrowserSecrets();
    const [one, two] = [await ready(browser), await ready(browser)];
    await one.secrets.store('session/a', '1');
    await browser.saved();
    const late = browser.window(); // has read localStorage
    await one.secrets.delete('session/a');
    const three = open(browser, late);
    assert.ok(!(await three.secrets.keys()).includes('session/a'));
    for (const window of [one, two, three]) assert.deepEqual(sessionsOf(window), []);
    await browser.saved();
    assert.ok(!('session/a' in browser.stored));
  });

  it('is remembered by the others when its window has closed', async () => {
    const browser = new BrowserSecrets();
    const [one, two] = [await ready(browser), await ready(browser)];
    await one.secrets.store('session/a', '1');
    await browser.saved();
    const late = browser.window();
    await one.secrets.delete('session/a');
    one.secrets.dispose();
    const three = open(browser, late);
    await three.secrets.keys();
    assert.deepEqual([sessionsOf(two), sessionsOf(three)], [[], []]);
  });

  it('is not undone by a message that is being taken in', async () => {
    const browser = new BrowserSecrets();
    const one = await ready(browser);
    const own = browser.window();
    const gate = Promise.withResolvers<undefined>();
    const reads: string[] = [];
    const slow: BrowserWindow = {
      ...own,
      known: own.known,
      // The first look at the session takes its time.
      get: async (key) => (key === 'session/a' && reads.push(key) === 1 ? gate.promise : own.get(key)),
    };
    const two = open(browser, slow);
    await two.secrets.keys();
    const storing = one.secrets.store('session/a', '1');
    await until(() => reads.length > 0);
    await one.secrets.delete('session/a');
    gate.resolve(undefined);
    await storing;
    assert.deepEqual(sessionsOf(two), []);
  });

  it('is not undone by a window that has yet to notice it', async () => {
    const browser = new BrowserSecrets();
    const [one, two] = [await ready(browser), await ready(browser)];
    await one.secrets.store('session/a', '1');
    await two.secrets.delete('session/a');
    await one.secrets.store('session/a', 'renewed');
    assert.deepEqual([sessionsOf(one), sessionsOf(two)], [[], []]);
  });
});

describe('a window in a browser', () => {
  it('alone has what it had, and keeps what it stores', async () => {
    const browser = new BrowserSecrets();
    browser.text = JSON.stringify({ 'session/a': '1' });
    const one = await ready(browser);
    assert.equal(await one.secrets.get('session/a'), '1');
    await one.secrets.store('session/b', '2');
    await one.secrets.delete('session/a');
    assert.deepEqual(sessionsOf(one), ['session/b: 2']);
    one.secrets.dispose();
    await browser.saved();
    assert.deepEqual(sessionsOf(await ready(browser)), ['session/b: 2'], 'after a reload');
    assert.deepEqual(one.log.lines, []);
  });

  it('says that a change failed, and tells nobody of it', async () => {
    const browser = new BrowserSecrets();
    const [one, two] = [await ready(browser), await ready(browser)];
    one.own.failNextWrite();
    await assert.rejects(one.secrets.store('session/a', '1'), /could not be written/);
    assert.deepEqual([sessionsOf(one), sessionsOf(two)], [[], []]);
  });

  it('has its change though another one cannot take it', async () => {
    const browser = new BrowserSecrets();
    const [one, two, three] = [await ready(browser), await ready(browser), await ready(browser)];
    two.own.failNextWrite();
    await one.secrets.store('session/a', '1');
    assert.deepEqual([sessionsOf(one), sessionsOf(three)], [['session/a: 1'], ['session/a: 1']]);
  });

  for (const answer of ['', 'garbage', '{"stored":[', '{"stored":"all","deleted":[],"asks":false}']) {
    it(`meets the others though one of them answers "${answer}"`, async () => {
      const browser = new BrowserSecrets();
      const one = await ready(browser);
      await stranger(browser, answer);
      browser.text = JSON.stringify({ windows: browser.stored.windows });
      await one.secrets.store('session/a', '1');
      const late = await ready(browser);
      assert.deepEqual(sessionsOf(late), ['session/a: 1']);
      await late.secrets.store('session/b', '2');
      assert.deepEqual(sessionsOf(one), ['session/a: 1', 'session/b: 2']);
      assert.doesNotMatch(late.log.lines.join(), /session\/|garbage/);
    });
  }

  it('works alone where there are no sockets, and says so without a secret', async () => {
    const browser = new BrowserSecrets();
    browser.text = JSON.stringify({ windows: 'canary-key', 'session/a': 'canary-token' });
    const folder = path.join(tmpdir(), `bap-${shortHash('canary-key')}`);
    await mkdir(folder);
    await chmod(folder, 0o755);
    const [one, two] = [await ready(browser), await ready(browser)];
    await one.secrets.store('session/b', 'canary-token-2');
    await one.secrets.delete('session/a');
    assert.deepEqual(await one.secrets.keys(), ['windows', 'session/b']);
    assert.deepEqual(sessionsOf(two), ['session/a: canary-token']);
    assert.deepEqual(one.log.lines, ['warn Sessions are not shared with other windows.']);
    assert.doesNotMatch(one.log.lines.join(), /canary|session\//);
    one.secrets.dispose();
  });

  it('leaves nothing when it closes', async () => {
    const browser = new BrowserSecrets();
    const one = await ready(browser);
    const folder = path.join(tmpdir(), `bap-${shortHash(browser.stored.windows ?? '')}`);
    assert.equal(readdirSync(folder).length, 1);
    one.secrets.dispose();
    await until(() => readdirSync(folder).length === 0);
  });
});
