import assert from 'node:assert/strict';
import * as vscode from 'vscode';

import { type ShareAnswer, SharePicker } from '../../../src/provider/sharePicker.ts';
import { FakeClock } from '../../unit/support/fakeClock.ts';
import { recordOf } from '../../unit/support/record.ts';
import { RecordingLog } from '../../unit/support/recordingLog.ts';
import { eventually } from './user.ts';

const TEN_MINUTES_MS = 10 * 60_000;
const [ann, ben] = ['ann', 'ben'].map((name) =>
  recordOf(name, { person: { accountId: name, accountLabel: name, subject: name, name } }),
);

class Asked {
  readonly clock = new FakeClock();
  readonly closed = new AbortController();
  readonly picker = new SharePicker({
    clock: this.clock,
    log: new RecordingLog(),
    closed: this.closed.signal,
  });
  readonly result: Promise<ShareAnswer>;
  answer: ShareAnswer | undefined;

  constructor() {
    assert.ok(ann && ben);
    this.result = this.picker.ask([ann, ben]);
    void this.result.then(
      (answer) => (this.answer = answer),
      () => undefined,
    );
  }

  /** Presses Enter until the list has an answer: accepting it before its items arrive hides it. */
  async accept(move?: string): Promise<ShareAnswer> {
    return eventually('an answer', async () => {
      if (move !== undefined) await vscode.commands.executeCommand(move);
      await vscode.commands.executeCommand('workbench.action.acceptSelectedQuickOpenItem');
      if (this.answer === undefined) this.picker.show();
      return this.answer;
    });
  }
}

describe('the list of identities to share', () => {
  it('returns the session of the identity that the user picks', async () => {
    assert.equal(await new Asked().accept(), ann);
  });

  it('has a row Cancel at its end', async () => {
    assert.equal(await new Asked().accept('quickInput.last'), 'cancel');
  });

  it('takes no hidden list for an answer, and brings it back', async () => {
    const asked = new Asked();
    await vscode.commands.executeCommand('workbench.action.closeQuickOpen');
    await asked.clock.settle();
    assert.equal(asked.answer, undefined);
    asked.picker.show();
    assert.equal(await asked.accept(), ann);
  });

  it('counts ten minutes without an answer as Cancel', async () => {
    const asked = new Asked();
    await asked.clock.advance(TEN_MINUTES_MS - 1);
    assert.equal(asked.answer, undefined);
    await asked.clock.advance(1);
    assert.equal(await asked.result, 'cancel');
  });

  it('ends with the window', async () => {
    const asked = new Asked();
    asked.closed.abort(new Error('closed'));
    await assert.rejects(asked.result, /closed/);
  });
});
