import * as vscode from 'vscode';
import * as z from 'zod/mini';

import { registerAll } from '../provider/commands.ts';
import { openAddress } from '../signIn/editorCommands.ts';
import { homeFolder } from './environment.ts';
import { gatherFacts, type Subject } from './gatherFacts.ts';
import { report } from './report.ts';
import { REPORT_FILE, ReportDocument } from './reportDocument.ts';

/** Registers the report on sign-in, and what can be done with it. */
export function registerDiagnose(subject: Subject): vscode.Disposable {
  const { extension } = subject.context;
  const document = new ReportDocument();
  const bugs = bugsAddress(extension.packageJSON);
  void vscode.commands.executeCommand('setContext', 'bapIdentity.canReportIssue', bugs !== undefined);
  const commands = {
    'bapIdentity.diagnose': async () => document.show(await diagnose(subject)),
    'bapIdentity.copyReport': () => copyReport(document.text),
    'bapIdentity.saveReport': () => saveReport(document.text),
    'bapIdentity.reportIssue': async (): Promise<void> => {
      if (bugs !== undefined) await reportIssue(document.text, extension.id, bugs);
    },
  };
  return vscode.Disposable.from(document, registerAll(commands, subject.log));
}

/** Makes the report while the person sees that it takes a moment. Throws a CancellationError when they cancel. */
async function diagnose(subject: Subject): Promise<string> {
  const options: vscode.ProgressOptions = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Diagnosing sign-in: contacting the services…'),
    cancellable: true,
  };
  return vscode.window.withProgress(options, async (_progress, token) => {
    const cancelled = new AbortController();
    token.onCancellationRequested(() => {
      cancelled.abort(new vscode.CancellationError());
    });
    const signal = AbortSignal.any([cancelled.signal, subject.runtime.closed]);
    return report(await gatherFacts(subject, signal));
  });
}

/** Puts the report on the clipboard. */
export async function copyReport(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  void vscode.window.showInformationMessage(vscode.l10n.t('The report has been copied to the clipboard.'));
}

/** Writes the report into a file that the person chooses. Rejects with VS Code's error when it cannot be written. */
export async function saveReport(text: string): Promise<void> {
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

/** The address for bugs in a manifest. Undefined while it has none. */
export function bugsAddress(manifest: unknown): string | undefined {
  return z.safeParse(Bugs, manifest).data?.bugs.url;
}

/**
 * Opens VS Code's own form for a bug of this extension, with the report in it. `bugs` is opened where VS Code has no
 * such form. The form in a browser takes no text, so there the report is on the clipboard.
 */
export async function reportIssue(text: string, extensionId: string, bugs: string): Promise<void> {
  const isDesktop = vscode.env.uiKind === vscode.UIKind.Desktop;
  if (!isDesktop) await copyToPaste(text);
  try {
    await vscode.commands.executeCommand('vscode.openIssueReporter', { extensionId, issueBody: text });
  } catch {
    if (isDesktop) await copyToPaste(text); // VS Code has no error of its own for a missing command
    await openAddress(bugs);
  }
}

async function copyToPaste(text: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  void vscode.window.showInformationMessage(
    vscode.l10n.t('The report has been copied to the clipboard. Paste it into the page that opens.'),
  );
}
