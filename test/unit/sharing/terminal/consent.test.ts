import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';

import { TokenConsent } from '../../../../src/sharing/terminal/consent.ts';
import type { TerminalMode } from '../../../../src/sharing/terminal/variables.ts';
import { FakeMemento } from '../../support/fakeMemento.ts';
import { recordOf } from '../../support/record.ts';
import { RecordingLog } from '../../support/recordingLog.ts';

const ann = recordOf('ann');
const bob = recordOf('bob', { person: { ...ann.person, accountId: 'bap-2', accountLabel: 'Bob (bap-2)' } });

describe('the question before a token is handed to terminals', () => {
  let mode: TerminalMode;
  let memento: FakeMemento;
  let log: RecordingLog;
  let asked: string[];
  let told: unknown[];
  let answer: () => Promise<boolean>;
  let setFailure: Error | undefined;
  let closing: AbortController;

  beforeEach(() => {
    mode = 'off';
    memento = new FakeMemento();
    log = new RecordingLog();
    asked = [];
    told = [];
    answer = () => Promise.resolve(true);
    setFailure = undefined;
    closing = new AbortController();
  });

  /** One window, after its start. */
  const openWindow = async (): Promise<TokenConsent> => {
    const consent = new TokenConsent(
      {
        mode: () => mode,
        set: async (value) => {
          if (setFailure) throw setFailure;
          mode = value;
          await consent.followSetting();
        },
        ask: (label) => {
          asked.push(label);
          return answer();
        },
        tellRefused: (...what) => told.push(what),
      },
      memento,
      { log, closed: closing.signal },
    );
    await consent.followSetting();
    return consent;
  };
  const choose = async (value: TerminalMode, ...windows: TokenConsent[]): Promise<void> => {
    mode = value;
    await Promise.all(windows.map((each) => each.followSetting()));
  };
  const refuse = (): Promise<boolean> => Promise.resolve(false);

  it('names the account, and its answer is remembered in every window, also later', async () => {
    const window = await openWindow();
    await choose('identityAndTokens', window);
    assert.equal(await window.ask(ann), true);
    assert.deepEqual(asked, ['Ann (bap-1)']);
    const later = await openWindow();
    assert.equal(later.answer('ann'), true);
    assert.equal(later.answer('bob'), undefined);
  });

  it('leaves nothing of the person and no token in the global state', async () => {
    const window = await openWindow();
    await choose('identityAndTokens', window);
    await window.ask(ann);
    assert.deepEqual([...memento.kept.values()], [[{ id: 'ann', allowed: true }]]);
  });

  it('puts the setting back after a refusal, and says so', async () => {
    const window = await openWindow();
    await choose('identity', window);
    await choose('identityAndTokens', window);
    answer = refuse;
    await window.ask(ann);
    assert.equal(mode, 'identity');
    assert.deepEqual(told, [['Ann (bap-1)', 'identity']]);
    assert.equal(window.answer('ann'), undefined, 'the next switch asks again');
  });

  it('asks again after the setting was switched off and on', async () => {
    const window = await openWindow();
    await choose('identityAndTokens', window);
    await window.ask(ann);
    await choose('identityAndAdomToken', window);
    assert.equal(window.answer('ann'), undefined);
    await choose('identityAndTokens', window);
    await window.ask(ann);
    assert.equal(asked.length, 2);
  });

  it('forgets the answers at a start with another value', async () => {
    const window = await openWindow();
    await choose('identityAndTokens', window);
    await window.ask(ann);
    mode = 'off';
    await openWindow();
    assert.deepEqual(memento.kept.size, 0);
  });

  it('remembers a refusal where the setting was on before, and leaves the setting as it is', async () => {
    mode = 'identityAndTokens';
    const window = await openWindow();
    answer = refuse;
    assert.equal(await window.ask(ann), true);
    assert.deepEqual([mode, told], ['identityAndTokens', [['Ann (bap-1)', undefined]]]);
    assert.equal((await openWindow()).answer('ann'), false);
  });

  it('does not put the setting back for an account that signs in later', async () => {
    const window = await openWindow();
    await choose('identityAndTokens', window);
    await window.ask(ann);
    answer = refuse;
    await window.ask(bob);
    assert.deepEqual([mode, window.answer('ann'), window.answer('bob')], ['identityAndTokens', true, false]);
  });

  it('remembers a refusal when the settings cannot be written', async () => {
    const window = await openWindow();
    await choose('identityAndTokens', window);
    answer = refuse;
    setFailure = new RangeError('with the path of a file');
    await window.ask(ann);
    assert.deepEqual([window.answer('ann'), told], [false, [['Ann (bap-1)', undefined]]]);
    assert.deepEqual(log.lines, ['warn The setting for terminals stays: RangeError.']);
  });

  it('is asked once in a window, and the first answer counts for all windows', async () => {
    const [one, two] = [await openWindow(), await openWindow()];
    await choose('identityAndTokens', one, two);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    answer = () => promise;
    const answers = Promise.all([one.ask(ann), one.ask(ann)]);
    answer = () => Promise.resolve(true);
    assert.equal(await two.ask(ann), true);
    resolve(false);
    assert.deepEqual([await answers, asked.length, told], [[true, false], 2, []]);
    assert.deepEqual([one.answer('ann'), mode], [true, 'identityAndTokens']);
  });

  it('takes no answer after the setting was switched off meanwhile', async () => {
    const window = await openWindow();
    await choose('identityAndTokens', window);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    answer = () => promise;
    const asking = window.ask(ann);
    await choose('off', window);
    resolve(true);
    assert.equal(await asking, false);
    assert.deepEqual([memento.kept.size, told], [0, []]);
  });

  it('has no answer in a window that closes', async () => {
    mode = 'identityAndTokens';
    const window = await openWindow();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    answer = () => promise;
    const asking = window.ask(ann);
    closing.abort();
    resolve(false);
    assert.equal(await asking, false);
    assert.deepEqual([memento.kept.size, told, log.lines], [0, [], []]);
  });

  it('counts as not answered when VS Code cannot ask, and the log tells no more than the error’s name', async () => {
    mode = 'identityAndTokens';
    const window = await openWindow();
    answer = () => Promise.reject(new TypeError('refused to show dialog'));
    assert.equal(await window.ask(ann), false);
    assert.equal(window.answer('ann'), undefined);
    assert.deepEqual(log.lines, ['warn The question about terminals failed: TypeError.']);
  });

  it('ignores answers that another version has stored', async () => {
    memento.kept.set('terminalTokenAnswers', { ann: true });
    mode = 'identityAndTokens';
    assert.equal((await openWindow()).answer('ann'), undefined);
  });
});
