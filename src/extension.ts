import * as vscode from 'vscode';

import { adomHasToken } from './sharing/terminal/adomToken.node.ts';
import { extensionOn } from './start.ts';
import { openNodeStorage } from './storage/node/nodeStorage.ts';

/** The extension in Node: in VS Code on a desktop, and in VS Code's server. */
export const { activate, deactivate } = extensionOn({
  openStorage: (context, runtime) =>
    openNodeStorage(context, vscode.env.uiKind === vscode.UIKind.Web, runtime),
  system: process.platform,
  adomHasToken,
});
