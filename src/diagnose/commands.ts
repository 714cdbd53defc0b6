import * as vscode from 'vscode';

import { registerAll } from '../provider/runCommand.ts';
import { gatherFacts, type Subject } from './gatherFacts.ts';
import { report } from './report.ts';
import { bugsAddress, copyReport, reportIssue, saveReport } from './reportActions.ts';
import { ReportDocument } from './reportDocument.ts';

/** Registers the report on sign-in, and what can be done with it. */
export function registerDiagnose(subject: Subject): vscode.Disposable {
  const { extension } = subject.context;
  const document = new ReportDocument();
  const bugs = bugsAddress(extension.packageJSON);
  void vscode.commands.executeCommand('setContext', 'bapIdentity.canReportIssue', bugs !== undefined);
  const commands = registerAll({
    'bapIdentity.diagnose': async () => document.show(await diagnose(subject)),
    'bapIdentity.copyReport': () => copyReport(document.text),
    'bapIdentity.saveReport': () => saveReport(document.text),
    'bapIdentity.reportIssue': async () => {
      if (bugs !== undefined) await reportIssue(document.text, extension.id, bugs);
    },
  });
  return vscode.Disposable.from(document, commands);
}

/** Makes the report while the person sees that it takes a moment. Throws a CancellationError when they cancel. */
async function diagnose(subject: Subject): Promise<string> {
  const options: vscode.ProgressOptions = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Diagnosing sign-in: asking the services…'),
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
