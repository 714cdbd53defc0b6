import * as vscode from 'vscode';

/** An item without an answer, such as a separator, cannot be accepted. */
export interface AnswerItem<T> extends vscode.QuickPickItem {
  readonly answer?: T;
}

export interface ListOptions<T> {
  readonly title: string;
  readonly placeholder: string;
  readonly items: readonly AnswerItem<T>[];
}

/**
 * A list that asks until the user answers. A list shows even while notifications are muted, and it stays open while the
 * user looks at another window. VS Code hides it when any other list opens, and does not tell that from Escape. So
 * hiding it does not count as an answer: it calls `onHidden`, and `show` brings the list back.
 */
export class LastingList<T> implements vscode.Disposable {
  readonly answer: Promise<T>;
  readonly #resolve: (answer: T) => void;
  readonly #options: ListOptions<T>;
  readonly #onHidden: () => void;
  #picker: vscode.QuickPick<AnswerItem<T>> | undefined;

  constructor(options: ListOptions<T>, onHidden: () => void) {
    this.#options = options;
    this.#onHidden = onHidden;
    const { promise, resolve } = Promise.withResolvers<T>();
    this.answer = promise;
    this.#resolve = resolve;
  }

  /** Opens a new list each time: VS Code shows one that was hidden without its items (seen in 1.139). */
  show(): void {
    this.dispose();
    const { title, placeholder, items } = this.#options;
    const picker = vscode.window.createQuickPick<AnswerItem<T>>();
    this.#picker = picker;
    picker.title = title;
    picker.placeholder = placeholder;
    picker.ignoreFocusOut = true;
    picker.matchOnDescription = true;
    picker.items = items;
    picker.onDidAccept(() => {
      const answer = picker.selectedItems[0]?.answer;
      if (answer !== undefined) this.#resolve(answer);
    });
    picker.onDidHide(() => {
      if (this.#picker === picker) this.#onHidden();
    });
    picker.show();
  }

  /** Closes the list. That is not hiding. */
  dispose(): void {
    const picker = this.#picker;
    this.#picker = undefined;
    picker?.dispose();
  }
}

/** Shown whatever the user types to filter the list. */
export function cancelItem(label: string): AnswerItem<'cancel'> {
  return { label, iconPath: new vscode.ThemeIcon('close'), alwaysShow: true, answer: 'cancel' };
}
