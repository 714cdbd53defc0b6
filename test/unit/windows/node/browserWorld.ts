import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { Peers } from '../../../../src/windows/node/peers.ts';
import { SharedSecrets } from '../../../../src/windows/node/sharedSecrets.ts';
import type { BrowserSecrets, BrowserWindow } from '../../support/browserSecrets.ts';
import { RecordingLog } from '../../support/recordingLog.ts';

/** Sockets are made in a folder of the test's own from now on. */
export async function useOwnFolder(): Promise<void> {
  process.env.TMPDIR = await mkdtemp(path.join(tmpdir(), 'windows-'));
  after(() => rm(tmpdir(), { recursive: true }));
}

export interface Window {
  /** What VS Code gives the extension. */
  readonly own: BrowserWindow;
  readonly secrets: SharedSecrets;
  /** The keys of which it was told that they changed. */
  readonly changes: string[];
  readonly log: RecordingLog;
}

/** Opens a window, which then meets the others; `own` is what it has of its browser's secrets. */
export function open(browser: BrowserSecrets, own: BrowserWindow = browser.window()): Window {
  const log = new RecordingLog();
  const changes: string[] = [];
  own.onDidChange(({ key }) => changes.push(key));
  const secrets = new SharedSecrets(own, log);
  after(() => {
    secrets.dispose();
  });
  return { own, secrets, changes, log };
}

/** Opens one that has met them. */
export async function ready(browser: BrowserSecrets): Promise<Window> {
  const window = open(browser);
  await window.secrets.keys();
  await browser.saved();
  return window;
}

/** The sessions in a window's own storage, such as `session/a: 1`. */
export function sessionsOf({ own }: Window): string[] {
  return [...own.known]
    .filter(([key]) => key.startsWith('session/'))
    .map(([key, value]) => `${key}: ${value}`)
    .sort();
}

/** Something else that knows the key of a browser's windows: an older version of this extension, say. */
export async function stranger(
  browser: BrowserSecrets,
  answer: string,
): Promise<{ peers: Peers; heard: string[] }> {
  const heard: string[] = [];
  const reply = (message: string): Promise<string> => {
    heard.push(message);
    return Promise.resolve(answer);
  };
  const peers = new Peers(browser.stored.windows ?? assert.fail('no key'), reply, new RecordingLog());
  after(() => peers.close());
  await peers.listen();
  return { peers, heard };
}

/** Until something that another part of this process does has happened. */
export async function until(happened: () => boolean): Promise<void> {
  const startMs = performance.now();
  while (!happened()) {
    assert.ok(performance.now() - startMs < 10_000, `still not so: ${happened.toString()}`);
    await nextTurn();
  }
}
