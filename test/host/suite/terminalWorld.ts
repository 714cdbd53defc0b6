import * as vscode from 'vscode';

import { isOver } from '../../../src/sessions/expiry.ts';
import type { AccountChange, LiveSession } from '../../../src/sessions/record.ts';
import { readSetting, settings } from '../../../src/settings.ts';
import { TokenConsent, type TerminalQuestions } from '../../../src/sharing/terminal/consent.ts';
import { registerTerminalEnvironment } from '../../../src/sharing/terminal/environment.ts';
import type { TerminalMode } from '../../../src/sharing/terminal/variables.ts';
import { FakeClock } from '../../unit/support/fakeClock.ts';
import { FakeMemento } from '../../unit/support/fakeMemento.ts';
import { RecordingLog } from '../../unit/support/recordingLog.ts';

const services = [
  { id: 'sigma-identity', label: 'Sigma Identity', tokenVariable: 'CLAWNET_TOKEN' },
  { id: 'adom', label: 'Adom', tokenVariable: 'ADOMPKG_TOKEN' },
];

/** Records calls, because a test cannot get the extension's own collection from VS Code. */
class FakeCollection extends Map<string, string> {
  readonly done: string[] = [];
  description: string | undefined;

  set persistent(value: boolean) {
    this.done.push(`persistent ${value}`);
  }

  replace(name: string, value: string): void {
    this.done.push(`replace ${name}`);
    this.set(name, value);
  }

  override delete(name: string): boolean {
    this.done.push(`delete ${name}`);
    return super.delete(name);
  }

  override clear(): void {
    this.done.push('clear');
    super.clear();
  }
}

/** The environment of new terminals over sessions that the test provides. */
export class TerminalWorld {
  readonly clock = new FakeClock();
  readonly log = new RecordingLog();
  readonly collection = new FakeCollection();
  readonly #changes = new vscode.EventEmitter<AccountChange>();
  readonly environment: vscode.Disposable;
  records: LiveSession[];
  loads = 0;
  failure: Error | undefined;
  readonly #memento = new FakeMemento();
  /** The accounts that the user was asked about, and those that they were offered to be asked about. */
  readonly asked: string[] = [];
  readonly offered: string[] = [];
  answer = (): Promise<boolean> => Promise.resolve(true);
  wantsQuestion = false;
  adomHasToken = false;
  isFocused = true;

  constructor(...records: LiveSession[]) {
    this.records = records;
    const signedIn = {
      load: () => {
        this.loads += 1;
        return this.failure === undefined ? Promise.resolve() : Promise.reject(this.failure);
      },
      usable: () => this.records.filter((record) => !isOver(record, this.clock.now())),
      onDidChange: (listener: (change: AccountChange) => void) => this.#changes.event(listener),
    };
    const mode = (): TerminalMode => readSetting(vscode.workspace, settings.terminalEnvironment);
    const questions: TerminalQuestions = {
      ask: ({ person }) => {
        this.asked.push(person.accountLabel);
        return this.answer();
      },
      offer: ({ person }) => {
        this.offered.push(person.accountLabel);
        return Promise.resolve(this.wantsQuestion);
      },
      tellRefused: () => undefined,
    };
    const runtime = { log: this.log, closed: new AbortController().signal };
    const collection: unknown = this.collection;
    this.environment = registerTerminalEnvironment(
      collection as vscode.GlobalEnvironmentVariableCollection,
      {
        services,
        sessions: signedIn,
        mode,
        consent: new TokenConsent(mode, questions, this.#memento, runtime),
        adomHasToken: () => Promise.resolve(this.adomHasToken),
        isFocused: () => this.isFocused,
      },
      this,
    );
  }

  /** Adds Adom sessions whose tokens the user has already allowed. */
  haveAllowed(...ids: string[]): void {
    const answers = ids.map((id) => ({ id, serviceId: 'adom', allowed: true }));
    this.#memento.kept.set('terminalTokenAnswers', answers);
  }

  sessionsAre(...records: LiveSession[]): void {
    this.records = records;
    this.#changes.fire(undefined as never);
  }

  get variables(): Record<string, string> {
    return Object.fromEntries(this.collection);
  }
}
