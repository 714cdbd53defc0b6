import * as vscode from 'vscode';
import * as z from 'zod/mini';

import type { Log } from '../base/log.ts';
import { registerGuardedCommands } from '../accounts/guardedCommands.ts';
import { copyToClipboard, notConfirmed } from '../signIn/clipboard.ts';
import { openAddress, runEditorCommand, setContext } from '../signIn/editorCommands.ts';
import { REPORT_FILE, ReportDocument } from './document.ts';
import { homeFolder } from './editor.ts';
import { type DiagnoseSources, gatherFacts, report } from './report.ts';

/** Registers Diagnose Sign-In, and the commands for its report. */
export function registerDiagnose(sources: DiagnoseSources): vscode.Disposable {
  const { context, log } = sources;
  const { extension } = context;
  const document = new ReportDocument(log);
  const bugs = bugsAddress(extension.packageJSON);
  setContext(log, 'bapIdentity.canReportIssue', bugs !== undefined);
  const commands = {
    'bapIdentity.diagnose': async () => document.show(await diagnose(sources)),
    'bapIdentity.copyReport': () => copyReport(document.text, log),
    'bapIdentity.saveReport': () => saveReport(document.text),
    'bapIdentity.reportIssue': async (): Promise<void> => {
      if (bugs !== undefined) await reportIssue(document.text, extension.id, bugs, log);
    },
  };
  return vscode.Disposable.from(document, registerGuardedCommands(commands, log));
}

/** Makes the report while a notification shows the progress. Throws a CancellationError when the user cancels. */
async function diagnose(sources: DiagnoseSources): Promise<string> {
  const options: vscode.ProgressOptions = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Diagnosing sign-in: contacting the services…'),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (_progress, token) => {
    const canceled = new AbortController();
    token.onCancellationRequested(() => {
      canceled.abort(new vscode.CancellationError());
    });
    const signal = AbortSignal.any([canceled.signal, sources.runtime.closed]);
    return report(await gatherFacts(sources, signal));
  });
}

export async function copyReport(text: string, log: Log): Promise<void> {
  const outcome = await copyToClipboard(text, log);
  void vscode.window.showInformationMessage(
    outcome === 'copied'
      ? vscode.l10n.t('The report has been copied to the clipboard.')
      : `${notConfirmed(outcome)} ${vscode.l10n.t('You can also copy the report from its tab.')}`,
  );
}

/** Saves the report to a file that the user chooses. Rejects with VS Code's error when it cannot be written. */
async function saveReport(text: string): Promise<void> {
  const home = homeFolder();
  const folder =
    vscode.workspace.workspaceFolders?.[0]?.uri ?? (home === undefined ? home : vscode.Uri.file(home));
  const file = await vscode.window.showSaveDialog({
    ...(folder !== undefined && { defaultUri: vscode.Uri.joinPath(folder, REPORT_FILE) }),
    filters: { Markdown: ['md'] },
  });
  if (file !== undefined) await vscode.workspace.fs.writeFile(file, new TextEncoder().encode(text));
}

const Bugs = z.object({ bugs: z.object({ url: z.string() }) });

/** The URL for bugs in a manifest, if it has one. */
export function bugsAddress(manifest: unknown): string | undefined {
  return z.safeParse(Bugs, manifest).data?.bugs.url;
}

/**
 * Opens VS Code's issue reporter for this extension, filled with the report. Falls back to the URL `bugs` in editors
 * without one. In a browser the reporter accepts no text, so the report is copied to the clipboard.
 */
async function reportIssue(text: string, extensionId: string, bugs: string, log: Log): Promise<void> {
  const isDesktop = vscode.env.uiKind === vscode.UIKind.Desktop;
  if (!isDesktop) await copyToPaste(text, log);
  const issue = { extensionId, issueBody: text };
  if (await runEditorCommand(log, 'vscode.openIssueReporter', issue)) return;
  if (isDesktop) await copyToPaste(text, log);
  await openAddress(log, bugs);
}

async function copyToPaste(text: string, log: Log): Promise<void> {
  const outcome = await copyToClipboard(text, log);
  const paste = vscode.l10n.t(
    'Paste the report into the page that opens. You can also copy it from its tab.',
  );
  void vscode.window.showInformationMessage(
    outcome === 'copied'
      ? vscode.l10n.t('The report has been copied to the clipboard. Paste it into the page that opens.')
      : `${notConfirmed(outcome)} ${paste}`,
  );
}
