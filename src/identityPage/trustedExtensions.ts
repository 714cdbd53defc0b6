import * as vscode from 'vscode';

/** VS Code's own page, as its Accounts menu opens it. It is no API, so it can be missing. */
const PAGE = '_manageTrustedExtensionsForAccount';
/** The palette's list of accounts, which leads to the same page. VS Code 1.105 does not have it. */
const LIST = 'workbench.action.manageAccounts';

/** The command that leads to the extensions which may use an account. Undefined in an editor without one. */
export async function trustedExtensionsCommand(): Promise<string | undefined> {
  const commands = await vscode.commands.getCommands();
  return [PAGE, LIST].find((command) => commands.includes(command));
}

/** Runs that command for an account. `accountLabel` is as `session.account.label` has it. */
export async function manageTrustedExtensions(
  command: string,
  providerId: string,
  accountLabel: string,
): Promise<void> {
  await vscode.commands.executeCommand(command, { providerId, accountLabel });
}
