import * as vscode from 'vscode';

const SCHEME = 'bap-identity-report';
/** The name in the tab, and of the file that is saved. */
export const REPORT_FILE = 'BAP Identity Report.md';
const REPORT = vscode.Uri.from({ scheme: SCHEME, path: `/${REPORT_FILE}` });

/** Set while there is a report: the palette has commands for it. */
const HAS_REPORT = 'bapIdentity.hasReport';
/** Set while its tab is in front: the title of the editor has buttons for it. */
const IS_ACTIVE = 'bapIdentity.reportIsActive';

/** True for a tab that shows a report, as Markdown or as text. */
export function isReportTab({ input, label }: vscode.Tab): boolean {
  if (input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom)
    return input.uri.scheme === SCHEME;
  // VS Code puts a prefix before the type, and does not tell what a preview is of.
  const isPreview = input instanceof vscode.TabInputWebview && input.viewType.endsWith('markdown.preview');
  return isPreview && label.includes(REPORT_FILE);
}

/** The newest report: a document in memory alone, which goes with the window. */
export class ReportDocument implements vscode.TextDocumentContentProvider, vscode.Disposable {
  readonly #changes = new vscode.EventEmitter<vscode.Uri>();
  readonly #disposable: vscode.Disposable;
  #text = '';

  readonly onDidChange = this.#changes.event;

  constructor() {
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

  /** In Markdown. Empty while there is none. */
  get text(): string {
    return this.#text;
  }

  provideTextDocumentContent(): string {
    return this.#text;
  }

  /** Shows a report in place of the last one: as a preview, or as text where there are no previews. */
  async show(text: string): Promise<void> {
    this.#text = text;
    this.#changes.fire(REPORT);
    void vscode.commands.executeCommand('setContext', HAS_REPORT, true);
    try {
      await vscode.commands.executeCommand('markdown.showPreview', REPORT);
    } catch {
      await vscode.window.showTextDocument(REPORT); // VS Code has no error of its own for a missing command
    }
  }

  dispose(): void {
    this.#disposable.dispose();
  }

  #followTabs(): void {
    const { activeTab } = vscode.window.tabGroups.activeTabGroup;
    const isActive = activeTab !== undefined && isReportTab(activeTab);
    void vscode.commands.executeCommand('setContext', IS_ACTIVE, isActive);
  }
}
