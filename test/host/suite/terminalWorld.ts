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
class FakeCollection {
  readonly done: string[] = [];
  readonly values: Map<string, string>;
  description: string | undefined;
  /** As in an editor that has the collection but cannot change it. */
  refuses = false;
  #persistent = true;

  constructor(values: Readonly<Record<string, string>>) {
    this.values = new Map(Object.entries(values));
  }

  get persistent(): boolean {
    return this.#persistent;
  }

  set persistent(value: boolean) {
    this.done.push(`persistent ${value}`);
    this.#persistent = value;
  }

  get(name: string): { value: string } | undefined {
    const value = this.values.get(name);
    return value === undefined ? undefined : { value };
  }

  replace(name: string, value: string): void {
    this.done.push(`replace ${name}`);
    if (this.refuses) throw new TypeError('not supported');
    this.values.set(name, value);
  }

  delete(name: string): void {
    this.done.push(`delete ${name}`);
    this.values.delete(name);
  }

  clear(): void {
    this.done.push('clear');
    this.values.clear();
  }
}

/** The environment of new terminals over sessions that the test provides. */
export class TerminalWorld {
  readonly clock = new FakeClock();
  readonly log = new RecordingLog();
  readonly collection: FakeCollection;
  readonly #changes = new vscode.EventEmitter<AccountChange>();
  readonly environment: vscode.Disposable;
  records: LiveSession[];
  loads = 0;
  failure: Error | undefined;
  /** What reading the stored sessions waits for. */
  loading: Promise<undefined> = Promise.resolve(undefined);
  readonly #memento = new FakeMemento();
  /** The accounts that the user was asked about, and those that they were offered to be asked about. */
  readonly asked: string[] = [];
  readonly offered: string[] = [];
  answer = (): Promise<boolean> => Promise.resolve(true);
  wantsQuestion = false;
  adomHasToken = false;
  isFocused = true;

  /** `kept`: what VS Code has kept of an earlier window. */
  constructor(records: LiveSession[] = [], kept: Readonly<Record<string, string>> = {}) {
    this.records = records;
    this.collection = new FakeCollection(kept);
    const signedIn = {
      load: async () => {
        this.loads += 1;
        await this.loading;
        if (this.failure !== undefined) throw this.failure;
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
    return Object.fromEntries(this.collection.values);
  }
}
