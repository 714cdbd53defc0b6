import * as vscode from 'vscode';

import type { Log } from '../base/log.ts';
import { runEditorCommand, setContext } from '../signIn/editorCommands.ts';

const SCHEME = 'bap-identity-report';
/** The name of the tab and of the saved file. */
export const REPORT_FILE = 'BAP Identity Report.md';
const REPORT = vscode.Uri.from({ scheme: SCHEME, path: `/${REPORT_FILE}` });

/** Context key: there is a report, so the Command Palette offers its commands. */
const HAS_REPORT = 'bapIdentity.hasReport';
/** Context key: its tab is active, so the editor title shows buttons. */
const IS_ACTIVE = 'bapIdentity.reportIsActive';

/** True for a tab that shows a report, as a Markdown preview or as text. */
export function isReportTab({ input, label }: vscode.Tab): boolean {
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom)
    return input.uri.scheme === SCHEME;
  // VS Code adds a prefix to the view type, and does not reveal what a preview shows.
  const isPreview = input instanceof vscode.TabInputWebview && input.viewType.endsWith('markdown.preview');
  return isPreview && label.includes(REPORT_FILE);
}

/** The latest report: a document in memory only, gone when the window closes. */
export class ReportDocument implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changes = new vscode.EventEmitter<vscode.Uri>();
  readonly #disposable: vscode.Disposable;
  readonly #log: Log;
  #text = '';

  readonly onDidChange = this.#changes.event;

  constructor(log: Log) {
    this.#log = log;
    const { tabGroups } = vscode.window;
    this.#disposable = vscode.Disposable.from(
      this.#changes,
      vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
      tabGroups.onDidChangeTabs(() => {
        this.#followTabs();
      }),
      tabGroups.onDidChangeTabGroups(() => {
        this.#followTabs();
      }),
    );
  }

  /** In Markdown. Empty before the first report. */
  get text(): string {
    return this.#text;
  }

  provideTextDocumentContent(): string {
    return this.#text;
  }

  /** Replaces the previous report. Shows a preview, or the text in editors without previews. */
  async show(text: string): Promise<void> {
    this.#text = text;
    this.#changes.fire(REPORT);
    setContext(this.#log, HAS_REPORT, true);
    const isShown = await runEditorCommand(this.#log, 'markdown.showPreview', REPORT);
    if (!isShown) await vscode.window.showTextDocument(REPORT);
  }

  dispose(): void {
    this.#disposable.dispose();
  }

  #followTabs(): void {
    const { activeTab } = vscode.window.tabGroups.activeTabGroup;
    const isActive = activeTab !== undefined && isReportTab(activeTab);
    setContext(this.#log, IS_ACTIVE, isActive);
  }
}
