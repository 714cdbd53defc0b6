import * as vscode from 'vscode';

/**
 * Opens a web address in the person's browser, byte for byte. `env.openExternal` takes a Uri, and a Uri
 * changes the query (`%2F` becomes `/`). `vscode.open` takes a text and does not change it. The result does
 * not say whether the person opened the address: it is the same when they choose Copy or Cancel in VS Code's
 * dialog.
 */
export async function openAddress(address: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.open', address);
}
