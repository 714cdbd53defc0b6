import * as vscode from 'vscode';

/**
 * How long a sign-in lasts: in minutes, and in steps of ten seconds in the last minute, because a screen reader
 * reads each change aloud. Its spaces do not break, so that it stays on one line.
 */
export function timeLeft(ms: number): string {
  const text =
    ms > 60_000
      ? vscode.l10n.t('{0} min left', Math.ceil(ms / 60_000))
      : vscode.l10n.t('{0} s left', Math.max(0, Math.ceil(ms / 10_000) * 10));
  return text.replaceAll(' ', '\u00a0');
}
