import * as vscode from 'vscode';

/** Opens an address in the person's browser, byte for byte. */
export async function openAddress(address: string): Promise<void> {
  // The answer is not looked at: false also comes when the person chose Copy, or has opened it elsewhere.
  await vscode.env.openExternal(vscode.Uri.parse(address, true));
}
