import * as vscode from 'vscode';

/**
 * Opens a web address in the person's browser, byte for byte: `env.openExternal` takes a Uri only, and a Uri writes
 * the query anew (`%2F` becomes `/`), while `vscode.open` hands a text on as it is. The answer says nothing: it is
 * the same when the person chose Copy in the dialog on trusted domains, or opened the address elsewhere.
 */
export async function openAddress(address: string): Promise<void> {
  await vscode.commands.executeCommand('vscode.open', address);
}
