import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import * as fc from 'fast-check';

import { holds } from '../support/fuzz.ts';
import { anyJson, nearly } from '../support/hostile.ts';
import { type KeyWindow, KeyWorld, SMALLEST_NAME, strangersPair } from '../support/keyWorld.ts';

const LATEST_MS = 20_000;
/** Windows that ask at the same time can get in each other's way for a while. */
const AGREED_MS = 120_000;

const base64 = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes).toString('base64'));
const { publicKey: PUBLIC } = await strangersPair();
/** A public key, one that is not a point on the curve, or no key at all. */
const publicKey = fc.oneof(fc.constantFrom(PUBLIC, Buffer.alloc(65, 4).toString('base64'), 'x'), base64);
/** Stands for the public key of the requesting window, which is new each time. */
const ASKING = 'the window that asks';
const request = fc.oneof({ weight: 4, arbitrary: nearly({ publicKey }) }, anyJson);
const answer = fc.oneof(
  {
    weight: 4,
    arbitrary: nearly({ to: fc.constantFrom(ASKING, 'another window'), from: publicKey, sealed: base64 }),
  },
  anyJson,
);
const name = fc.oneof(fc.constantFrom(SMALLEST_NAME, 'f'.repeat(32)), anyJson);
/** What a stranger writes into the global state. */
const write = fc.oneof(
  fc.record({ key: fc.constant('keyRequest'), value: request }),
  fc.record({ key: fc.constant('keyAnswer'), value: answer }),
  fc.record({ key: fc.constant('sessionKeyName'), value: name }),
);
const atMs = fc.nat(LATEST_MS);
const opening = fc.record({
  atMs: fc.oneof(fc.constant(0), atMs),
  /** A window that has not read what the others have stored. */
  isBlind: fc.boolean(),
  closesAtMs: fc.option(atMs, { nil: undefined }),
});
const story = fc.record({
  client: fc.constantFrom('browser' as const, 'desktop' as const),
  openings: fc.array(opening, { minLength: 1, maxLength: 4 }),
  planted: fc.array(write, { maxLength: 3 }),
  writes: fc.array(fc.tuple(atMs, write), { maxLength: 4 }),
  keeps: fc.array(fc.tuple(atMs, fc.nat(3)), { maxLength: 3 }),
});

describe('the windows of one client, whenever they open and close, and whatever is in the global state', () => {
  it('agree on one key, which no stranger gets or provides', (context) =>
    holds(context, story, async ({ client, openings, planted, writes, keeps }) => {
      const world = new KeyWorld(client);
      const { clock } = world;
      for (const { key, value } of planted) world.state.set(key, value);
      const windows: KeyWindow[] = [];
      for (const { atMs, isBlind, closesAtMs } of openings)
        clock.at(atMs, () => {
          const window = isBlind && client === 'browser' ? world.asking() : world.open();
          windows.push(window);
          window.key.cipher().catch(() => undefined);
          if (closesAtMs !== undefined)
            clock.at(Math.max(clock.ranMs, closesAtMs), () => {
              window.close();
            });
        });
      for (const [ms, { key, value }] of writes)
        clock.at(ms, () => {
          world.write(new Map([...world.state, [key, addressed(value, world)]]));
        });
      for (const [ms, at] of keeps) clock.at(ms, () => void windows[at]?.key.keep().catch(() => undefined));
      await clock.advance(LATEST_MS + AGREED_MS);

      const ciphers = await Promise.all([...world.windows].map(({ key }) => clock.run(key.cipher())));
      assert.ok(new Set(ciphers.map(({ name }) => name)).size <= 1, 'the windows do not agree');
      assert.equal(clock.pending, world.windows.size, 'something but the polling of each window goes on');
      const [agreed] = ciphers;
      if (agreed !== undefined) {
        for (const { secrets, memento } of world.windows) {
          assert.equal(secrets.stored.get('sessionKey'), agreed.keyText);
          assert.equal(memento.get('sessionKeyName'), agreed.name);
        }
        // What is stored may differ: the last two writes crossed, or a window closed that had not heard of the others.
        await world.ready();
        await clock.advance(AGREED_MS);
        assert.equal(world.state.get('sessionKeyName'), await world.agreedName());
      }
      const isWrittenLater = writes.some(([, { key }]) => key === 'keyRequest');
      assert.ok(isWrittenLater || !world.answered.has(PUBLIC), 'a planted request has an answer');
      const visible = JSON.stringify([...world.history, windows.map(({ log }) => log.lines)]);
      for (const { keyText } of ciphers) assert.ok(!visible.includes(keyText), 'the key is there to read');
      for (const { warnings } of windows)
        assert.ok(warnings.length <= planted.length + 2 * writes.length + 1, warnings.join('\n'));
    }));
});

/** The answer, addressed to the window that asks at this moment. */
function addressed(value: unknown, { state }: KeyWorld): unknown {
  if (typeof value !== 'object' || value === null || !('to' in value) || value.to !== ASKING) return value;
  const asking = state.get('keyRequest') as { publicKey?: unknown } | null | undefined;
  return asking?.publicKey === PUBLIC ? value : { ...value, to: asking?.publicKey ?? '' };
}
