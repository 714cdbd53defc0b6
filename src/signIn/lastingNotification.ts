import * as vscode from 'vscode';

/**
 * A progress notification. Unlike a message with buttons, it stays until it is closed, and its links can be used more
 * than once.
 */
export class LastingNotification {
  readonly #title: string;
  readonly #textOf: () => string;
  readonly #onCancel: () => void;
  #closed = Promise.withResolvers<undefined>();
  #progress: vscode.Progress<{ message: string }> | undefined;
  #shown = '';

  constructor(title: string, textOf: () => string, onCancel: () => void) {
    this.#title = title;
    this.#textOf = textOf;
    this.#onCancel = onCancel;
  }

  /** Opens it. A new one replaces the one before, because VS Code shows an old one in its list only. */
  open(): void {
    this.#closed.resolve(undefined);
    const closed = Promise.withResolvers<undefined>();
    this.#closed = closed;
    const options: vscode.ProgressOptions = {
      location: vscode.ProgressLocation.Notification,
      title: this.#title,
      cancellable: true,
    };
    void vscode.window.withProgress(options, (progress, token) => {
      token.onCancellationRequested(this.#onCancel);
      this.#progress = progress;
      this.#shown = '';
      this.render();
      return closed.promise;
    });
  }

  /** Call this whenever the text may be another one. Reports only a change: a screen reader reads each report aloud. */
  render(): void {
    if (this.#progress === undefined) return;
    const message = this.#textOf();
    if (message === this.#shown) return;
    this.#progress.report({ message });
    this.#shown = message;
  }

  close(): void {
    this.#closed.resolve(undefined);
  }
}
