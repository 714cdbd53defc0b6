import * as vscode from 'vscode';

/** One line of a list in Markdown. The words are ours, so nothing is escaped. */
export function line(label: string, words: string): string {
  return `- **${label}:** ${words}`;
}

/** Text from outside as code, so that no character of it is markup. */
export function asCode(text: string): string {
  return `\`${text.replaceAll('`', "'")}\``;
}

/** Several names as code. */
export function list(names: readonly string[]): string {
  return names.length === 0 ? vscode.l10n.t('none') : names.map(asCode).join(', ');
}
