import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { ListName, StatementsAnswer } from '../../../src/identityPage/clawNetApi.ts';
import { ClawNetSection } from '../../../src/identityPage/clawNet.ts';

const page = (by: string, cursor?: string): StatementsAnswer => ({
  kind: 'statements',
  statements: [{ by, isOnChain: true, isRevoked: false }],
  ...(cursor !== undefined && { cursor }),
});
const FAILED: StatementsAnswer = { kind: 'failed' };

/** A section and its pending requests. */
function sectionWorld() {
  const asked: { list: ListName; cursor: string | undefined; answer: (answer: StatementsAnswer) => void }[] =
    [];
  let changes = 0;
  const section = new ClawNetSection(
    (list, cursor, signal) =>
      new Promise((resolve, reject) => {
        asked.push({ list, cursor, answer: resolve });
        signal.addEventListener('abort', () => {
          reject(signal.reason as Error);
        });
      }),
    () => {
      changes++;
    },
  );
  const seen = (list: ListName): string =>
    `${section.lists[list].state}: ${section.lists[list].statements.map(({ by }) => by).join(' ')}`;
  return { section, asked, seen, changes: () => changes };
}

describe('the ClawNet section', () => {
  it('sends no request until asked, then one per list', async () => {
    const { section, asked, seen } = sectionWorld();
    assert.equal(asked.length, 0);
    const done = section.ask();
    assert.deepEqual(
      asked.map(({ list, cursor }) => [list, cursor]),
      [
        ['trust', undefined],
        ['vouches', undefined],
      ],
    );
    assert.equal(seen('trust'), 'asking: ');
    asked[0]?.answer(page('ann', 'c1'));
    asked[1]?.answer(page('bob'));
    await done;
    assert.deepEqual([seen('trust'), seen('vouches')], ['answered: ann', 'answered: bob']);
    await section.ask();
    assert.equal(asked.length, 2, 'a page was requested that does not exist');
  });

  it('requests the next page with the cursor and appends it', async () => {
    const { section, asked, seen } = sectionWorld();
    const done = section.ask();
    asked[0]?.answer(page('ann', 'c1'));
    asked[1]?.answer(page('bob'));
    await done;
    const more = section.more('trust');
    void section.more('trust');
    void section.more('vouches'); // has no next page
    assert.equal(asked.length, 3, 'one request at a time');
    assert.equal(asked[2]?.cursor, 'c1');
    assert.equal(seen('trust'), 'asking: ann');
    asked[2].answer(page('cid'));
    await more;
    assert.equal(seen('trust'), 'answered: ann cid');
    await section.more('trust');
    assert.equal(asked.length, 3);
  });

  it('retries only what failed', async () => {
    const { section, asked, seen } = sectionWorld();
    const first = section.ask();
    asked[0]?.answer(page('ann', 'c1'));
    asked[1]?.answer(FAILED);
    await first;
    const more = section.more('trust');
    asked[2]?.answer(FAILED);
    await more;
    assert.deepEqual([seen('trust'), seen('vouches')], ['failed: ann', 'failed: ']);
    void section.ask();
    assert.deepEqual(
      asked.slice(3).map(({ list, cursor }) => [list, cursor]),
      [
        ['trust', 'c1'],
        ['vouches', undefined],
      ],
    );
  });

  it('fires an event for each change', async () => {
    const { section, asked, changes } = sectionWorld();
    const done = section.ask();
    assert.equal(changes(), 2);
    for (const { answer } of asked) answer(page('ann'));
    await done;
    assert.equal(changes(), 4);
  });

  it('aborts its requests when the tab closes and fires no more events', async () => {
    const { section, changes } = sectionWorld();
    const done = section.ask();
    section.dispose();
    await done;
    assert.equal(changes(), 2);
  });
});
