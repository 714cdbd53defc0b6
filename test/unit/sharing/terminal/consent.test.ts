import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';

import type { LiveSession } from '../../../../src/sessions/record.ts';
import { TokenConsent } from '../../../../src/sharing/terminal/consent.ts';
import type { TerminalMode } from '../../../../src/sharing/terminal/variables.ts';
import { FakeMemento } from '../../support/fakeMemento.ts';
import { recordOf } from '../../support/record.ts';
import { RecordingLog } from '../../support/recordingLog.ts';

const ann = recordOf('ann');
const ada = recordOf('ada', { serviceId: 'adom' });

describe('consent for tokens in terminals', () => {
  let mode: TerminalMode;
  let memento: FakeMemento;
  let log: RecordingLog;
  /** What the user has seen, in order. */
  let seen: string[];
  let answer: () => Promise<boolean | undefined>;
  let wantsQuestion: () => Promise<boolean>;
  let closing: AbortController;

  beforeEach(() => {
    mode = 'off';
    memento = new FakeMemento();
    log = new RecordingLog();
    seen = [];
    answer = () => Promise.resolve(true);
    wantsQuestion = () => Promise.resolve(false);
    closing = new AbortController();
  });

  /** A window after its startup. */
  const openWindow = async (): Promise<TokenConsent> => {
    const see =
      (what: string) =>
      ({ id }: LiveSession): void => {
        seen.push(`${what} ${id}`);
      };
    const questions = {
      ask: (session: LiveSession) => {
        see('asked')(session);
        return answer();
      },
      offer: (session: LiveSession) => {
        see('offered')(session);
        return wantsQuestion();
      },
      tellRefused: see('told of'),
    };
    const consent = new TokenConsent(() => mode, questions, memento, { log, closed: closing.signal });
    assert.equal(await consent.followSetting(), false, 'a start is no change');
    return consent;
  };
  const choose = async (value: TerminalMode, ...windows: TokenConsent[]): Promise<void> => {
    mode = value;
    for (const each of windows) assert.equal(await each.followSetting(), true);
  };
  /** A window in which the user has just enabled the setting. */
  const switchedOn = async (value: TerminalMode = 'identityAndTokens'): Promise<TokenConsent> => {
    const window = await openWindow();
    await choose(value, window);
    return window;
  };

  it('is remembered per session, in every window and later', async () => {
    const window = await switchedOn();
    assert.equal(await window.ask([ann], true), true);
    assert.deepEqual(seen, ['asked ann']);
    const later = await openWindow();
    assert.equal(later.answer('ann'), true);
    assert.equal(later.answer('ada'), undefined);
  });

  it('stores no personal data or token in the global state', async () => {
    const window = await switchedOn();
    await window.ask([ann], true);
    assert.deepEqual(
      [...memento.kept.values()],
      [[{ id: 'ann', serviceId: 'sigma-identity', allowed: true }]],
    );
  });

  it('is asked for one account after the other, across services', async () => {
    const window = await switchedOn();
    assert.equal(await window.ask([ada, ann], true), true);
    assert.equal(await window.ask([ann], true), true);
    assert.deepEqual([window.answer('ada'), window.answer('ann')], [true, true]);
    assert.deepEqual(seen, ['asked ada', 'asked ann']);
  });

  it('is only offered, once, when the user does not expect a dialog', async () => {
    mode = 'identityAndAdomToken';
    const window = await openWindow();
    assert.equal(await window.ask([ada], false), false);
    assert.equal(await window.ask([ada], false), false);
    assert.deepEqual(seen, ['offered ada']);
    assert.equal(window.answer('ada'), undefined);
  });

  it('is asked for when the user accepts the offer', async () => {
    mode = 'identityAndAdomToken';
    const window = await openWindow();
    wantsQuestion = () => Promise.resolve(true);
    assert.equal(await window.ask([ada], false), true);
    assert.equal(window.answer('ada'), undefined, 'the offer is no answer');
    assert.equal(await window.ask([ada], true), true);
    assert.deepEqual([seen, window.answer('ada')], [['offered ada', 'asked ada'], true]);
  });

  it('is postponed when the user dismisses the dialog, and offered again after the setting changes', async () => {
    const window = await switchedOn();
    answer = () => Promise.resolve(undefined);
    assert.equal(await window.ask([ann], true), false);
    assert.equal(await window.ask([ann], false), false);
    assert.deepEqual([seen, memento.kept.size], [['asked ann'], 0]);
    await choose('off', window);
    await choose('identityAndTokens', window);
    await window.ask([ann], true);
    await window.ask([ann], true);
    assert.deepEqual(seen, ['asked ann', 'offered ann']);
    await choose('off', window);
    await choose('identityAndTokens', window);
    wantsQuestion = () => Promise.resolve(true);
    answer = () => Promise.resolve(true);
    assert.equal(await window.ask([ann], true), true);
    assert.equal(await window.ask([ann], true), true);
    assert.deepEqual(seen.slice(2), ['offered ann', 'asked ann']);
  });

  it('interrupts once, however often a program changes the setting', async () => {
    const window = await switchedOn();
    answer = () => Promise.resolve(false);
    await window.ask([ann], true);
    for (let time = 0; time < 5; time++) {
      await choose('off', window);
      await choose('identityAndTokens', window);
      await window.ask([ann], true);
    }
    assert.equal(seen.filter((what) => what === 'asked ann').length, 1);
  });

  it('remembers a refusal, also in later windows, until the setting changes', async () => {
    const window = await switchedOn();
    answer = () => Promise.resolve(false);
    assert.equal(await window.ask([ann], true), true);
    assert.deepEqual(seen, ['asked ann', 'told of ann']);
    assert.equal((await openWindow()).answer('ann'), false);
    await choose('identityAndAdomToken', window);
    assert.equal(window.answer('ann'), undefined);
    await window.ask([ada], true);
    assert.equal(window.answer('ada'), false);
    await choose('identityAndTokens', window);
    assert.equal(window.answer('ada'), undefined, 'also by a value that still wants the token');
  });

  it('is forgotten, for that token only, when the setting no longer includes it', async () => {
    const window = await switchedOn();
    await window.ask([ada], true);
    await window.ask([ann], true);
    await choose('identityAndAdomToken', window);
    assert.deepEqual([window.answer('ada'), window.answer('ann')], [true, undefined]);
    await choose('identity', window);
    assert.deepEqual([window.answer('ada'), memento.kept.size], [undefined, 0]);
  });

  it('is forgotten when a window starts with another value', async () => {
    const window = await switchedOn();
    await window.ask([ann], true);
    mode = 'identityAndAdomToken';
    await openWindow();
    assert.equal(memento.kept.size, 0);
  });

  it('is asked for once per window, and the first answer applies to all windows', async () => {
    const [one, two] = [await openWindow(), await openWindow()];
    await choose('identityAndTokens', one, two);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    answer = () => promise;
    const answers = Promise.all([one.ask([ann, ada], true), one.ask([ann, ada], true)]);
    answer = () => Promise.resolve(true);
    assert.equal(await two.ask([ann], true), true);
    resolve(false);
    assert.deepEqual(await answers, [true, false]);
    assert.deepEqual([seen, one.answer('ann')], [['asked ann', 'asked ann'], true]);
  });

  it('ignores an answer given after the setting was turned off', async () => {
    const window = await switchedOn();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    answer = () => promise;
    const asking = window.ask([ann], true);
    await choose('identityAndAdomToken', window);
    resolve(true);
    assert.equal(await asking, false);
    assert.equal(memento.kept.size, 0);
  });

  it('stays undecided when the window closes', async () => {
    const window = await switchedOn();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    answer = () => promise;
    const asking = window.ask([ann], true);
    closing.abort();
    resolve(false);
    assert.equal(await asking, false);
    assert.deepEqual([memento.kept.size, seen, log.lines], [0, ['asked ann'], []]);
  });

  it('stays undecided when VS Code cannot ask, and logs only the error’s name', async () => {
    const window = await switchedOn();
    answer = () => Promise.reject(new TypeError('refused to show dialog'));
    assert.equal(await window.ask([ann], true), false);
    assert.equal(window.answer('ann'), undefined);
    assert.deepEqual(log.lines, ['warn The question about terminals failed: TypeError.']);
  });

  it('stays undecided when it cannot be stored, and logs only the error’s name', async () => {
    const window = await switchedOn();
    memento.writeFailure = new RangeError('with the path of a file');
    assert.equal(await window.ask([ann], true), false);
    assert.equal(window.answer('ann'), undefined);
    assert.deepEqual(log.lines, ['warn The answer about terminals is not stored: RangeError.']);
  });

  it('ignores answers stored by another version', async () => {
    memento.kept.set('terminalTokenAnswers', [{ id: 'ann', allowed: true }]);
    mode = 'identityAndTokens';
    assert.equal((await openWindow()).answer('ann'), undefined);
  });
});
