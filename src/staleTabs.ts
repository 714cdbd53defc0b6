import * as vscode from 'vscode';

import { isReportTab } from './diagnose/document.ts';
import { IDENTITY_VIEW_TYPE } from './identityPage/panels.ts';
import { QR_VIEW_TYPE } from './signIn/qrPanel.ts';

/**
 * Closes tabs of an extension host that has crashed or was restarted, and of a window that was loaded again. VS Code
 * leaves them open, but they are dead.
 */
export function closeStaleTabs(): void {
  const isPanel = ({ input }: vscode.Tab): boolean =>
    input instanceof vscode.TabInputWebview &&
    // VS Code puts a prefix before the type.
    [IDENTITY_VIEW_TYPE, QR_VIEW_TYPE].some((viewType) => input.viewType.endsWith(viewType));
  const stale = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter((tab) => isPanel(tab) || isReportTab(tab));
  if (stale.length > 0) void vscode.window.tabGroups.close(stale);
}
