import * as vscode from 'vscode';

import type { Clock } from '../base/clock.ts';
import type { Log } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { safeText } from '../base/safeText.ts';
import { abortable } from '../base/timeLimit.ts';
import type { LiveSession } from '../sessions/record.ts';
import { ASK_LIMIT_MS, withinAskLimit } from '../signIn/askLimit.ts';
import { hideNotifications, linkCommand, tryRegisterCommands } from '../signIn/editorCommands.ts';
import { type AnswerItem, cancelItem, LastingList } from '../signIn/lastingList.ts';
import { LastingNotification } from '../signIn/lastingNotification.ts';
import { timeLeft } from '../signIn/progressMessage.ts';

/** A session of the identity that extensions may know, another one that signs in first, or none. */
export type ShareAnswer = LiveSession | 'another' | 'cancel';

/** The link in the notification. It only shows the list, so it needs no secret. */
const SHOW = linkCommand('chooseIdentity');

/** Asks which of several signed-in identities an extension may know. One question at a time. */
export class SharePicker {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #closed: AbortSignal;
  #question: Question | undefined;

  constructor({ clock, log, closed }: Runtime) {
    this.#clock = clock;
    this.#log = log;
    this.#closed = closed;
  }

  /** Registers the command behind the notification's link. */
  registerLink(): vscode.Disposable {
    return tryRegisterCommands(
      {
        [SHOW]: () => {
          this.show();
        },
      },
      this.#log,
    );
  }

  /** Asks until the user answers, for ten minutes at most, which count as Cancel. Rejects when the window closes. */
  async ask(records: readonly LiveSession[]): Promise<ShareAnswer> {
    const question = new Question(records, this.#clock);
    this.#question = question;
    this.show();
    try {
      const answered = await withinAskLimit(this.#clock, this.#closed, (limits) =>
        abortable(question.answer, limits),
      );
      return answered === 'late' ? 'cancel' : answered.answer;
    } finally {
      this.#question = undefined;
      question.dispose();
    }
  }

  /** Brings the list back while a question waits for its answer. */
  show(): void {
    if (this.#question === undefined) return;
    hideNotifications(this.#log); // while they are open, Escape closes them and not the list
    this.#question.show();
  }
}

/** A list, and a notification that leads back to it once VS Code has hidden it. */
class Question implements vscode.Disposable {
  readonly answer: Promise<ShareAnswer>;
  readonly #list: LastingList<ShareAnswer>;
  readonly #notification: LastingNotification;
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(records: readonly LiveSession[], clock: Clock) {
    const canceled = Promise.withResolvers<ShareAnswer>();
    const deadlineMs = clock.now() + ASK_LIMIT_MS;
    this.#notification = new LastingNotification(
      title(),
      () => text(deadlineMs - clock.now()),
      () => {
        canceled.resolve('cancel');
      },
    );
    this.#timer = setInterval(() => {
      this.#notification.render();
    }, 1_000);
    const items = [
      ...records.map(itemOf),
      anotherItem(),
      { label: '', kind: vscode.QuickPickItemKind.Separator },
      cancelItem(vscode.l10n.t('Cancel')),
    ];
    const placeholder = vscode.l10n.t('Choose the identity that the extension may know');
    this.#list = new LastingList({ title: title(), placeholder, items }, () => {
      this.#notification.open();
    });
    this.answer = Promise.race([this.#list.answer, canceled.promise]);
  }

  show(): void {
    this.#list.show();
  }

  dispose(): void {
    clearInterval(this.#timer);
    this.#list.dispose();
    this.#notification.close();
  }
}

function title(): string {
  return vscode.l10n.t('Share your BAP identity');
}

function text(leftMs: number): string {
  const choose = vscode.l10n.t('Choose an identity…');
  const link = `[${choose.replaceAll(' ', '\u00a0')}](command:${SHOW} "${choose}")`;
  return `${vscode.l10n.t('An extension is waiting to know who you are. If you don’t choose in time, it gets nothing.')} ${link} · ${timeLeft(leftMs)}`;
}

function itemOf(record: LiveSession): AnswerItem<ShareAnswer> {
  const { name, bap, accountId } = record.person;
  return {
    label: name,
    description: safeText(bap?.bapId ?? accountId),
    iconPath: new vscode.ThemeIcon('account'),
    answer: record,
  };
}

function anotherItem(): AnswerItem<ShareAnswer> {
  return {
    label: vscode.l10n.t('Sign in with another identity…'),
    iconPath: new vscode.ThemeIcon('add'),
    answer: 'another',
  };
}
