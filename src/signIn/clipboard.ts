import * as vscode from 'vscode';

import { describeError, type Log } from '../base/log.ts';

/** What is known after a copy. A browser may refuse it, and VS Code doesn't say so. */
export type CopyOutcome = 'copied' | 'unconfirmed' | 'refused';

/**
 * Copies a text. Does not read it back in a browser: the browser would ask for a permission, and VS Code would show an
 * error without it (seen in 1.139).
 */
export async function copyToClipboard(
  text: string,
  log: Log,
  env: Pick<typeof vscode.env, 'clipboard' | 'uiKind'> = vscode.env,
): Promise<CopyOutcome> {
  try {
    await env.clipboard.writeText(text);
  } catch (error) {
    log.warn(`The editor refused the clipboard: ${describeError(error)}.`);
    return 'refused';
  }
  return env.uiKind === vscode.UIKind.Desktop ? 'copied' : 'unconfirmed';
}

/** Says that a text may not be on the clipboard. The caller adds how else to get it. */
export function notConfirmed(outcome: Exclude<CopyOutcome, 'copied'>): string {
  return outcome === 'refused'
    ? vscode.l10n.t('Couldn’t copy.')
    : vscode.l10n.t('Copied, if your browser allows it.');
}
