import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import type { Contact } from '../../../src/oauth/judge.ts';
import { followContact } from '../../../src/signIn/contact.ts';
import { FakeClock } from '../support/fakeClock.ts';

const SERVICE: Contact = { kind: 'service' };
const NOBODY: Contact = { kind: 'noAnswer' };
const PAGE: Contact = { kind: 'somethingElse', origin: 'https://auth.example', status: 403 };

/** Who answers, every `seconds`, and what is shown. */
const ROWS: [name: string, seconds: number, contacts: Contact[], shown: Contact[]][] = [
  ['shows the service', 5, [SERVICE], [SERVICE]],
  ['shows at once that nobody answers', 5, [NOBODY], [NOBODY]],
  ['does not show something else that answers four times', 5, [PAGE, PAGE, PAGE, PAGE], []],
  ['shows what answers five times in a row', 5, [PAGE, PAGE, PAGE, PAGE, PAGE], [PAGE]],
  ['does not show what answers for less than a minute', 59.999, [PAGE, PAGE], []],
  ['shows what answers for a minute', 60, [PAGE, PAGE], [PAGE]],
  ['starts anew after an answer of the service', 5, [PAGE, PAGE, PAGE, PAGE, SERVICE, PAGE], [SERVICE]],
  ['counts a connection that is lost meanwhile', 5, [PAGE, PAGE, PAGE, NOBODY, PAGE], [NOBODY, PAGE]],
];

describe('followContact', () => {
  for (const [name, seconds, contacts, expected] of ROWS)
    it(name, () => {
      const clock = new FakeClock();
      const shown: Contact[] = [];
      const follow = followContact({ contact: (contact) => shown.push(contact) }, clock);
      for (const contact of contacts) {
        follow(contact);
        clock.jump(seconds * 1000);
      }
      assert.deepEqual(shown, expected);
    });
});
