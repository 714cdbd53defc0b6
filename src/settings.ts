import type * as vscode from 'vscode';
import * as z from 'zod/mini';

import { seconds } from './http/schema.ts';

/** One setting: how it is named, and how its value is read. */
export interface Setting<T> {
  readonly key: `bapIdentity.${string}`;
  readonly schema: z.ZodMiniType<T>;
  /** As in package.json. VS Code's copy does not count: `configurationDefaults` of any extension can change it. */
  readonly default: T;
  /** Used instead of a value that does not match the schema. */
  readonly fallback: T;
}

/**
 * Every setting of the extension. package.json declares them all with `scope: application`, so that no workspace can
 * change where tokens go. A test compares the two.
 */
export const settings = {
  /** An invalid server becomes an empty one, which fails the sign-in with a message about the setting. */
  sigmaServerUrl: setting('bapIdentity.sigma.serverUrl', z.string(), {
    default: 'https://auth.sigmaidentity.com',
    fallback: '',
  }),
  sigmaClientId: setting('bapIdentity.sigma.clientId', z.string(), {
    default: 'vscode-bap-identity',
    fallback: '',
  }),
  adomApiUrl: setting('bapIdentity.adom.apiUrl', z.string(), {
    default: 'https://carbon.adom.inc',
    fallback: '',
  }),
  /** In seconds. Ninety days is Adom's own default. */
  adomSessionMaxAge: setting('bapIdentity.adom.sessionMaxAge', seconds, {
    default: 7_776_000,
    fallback: 7_776_000,
  }),
  adomUpdates: setting('bapIdentity.adom.updates', z.literal(['auto', 'stream', 'poll']), {
    default: 'auto',
    fallback: 'auto',
  }),
  /** The IDs of the services that may get an entry in the Accounts menu. Other values mean nothing. */
  accountsMenu: setting('bapIdentity.accountsMenu', z.array(z.unknown()), {
    default: ['sigma-identity', 'adom'],
    fallback: [],
  }),
  terminalEnvironment: setting(
    'bapIdentity.terminal.environment',
    z.literal(['off', 'identity', 'identityAndAdomToken', 'identityAndTokens']),
    { default: 'off', fallback: 'off' },
  ),
  /** Read entry by entry, so that each problem can be reported. */
  mcpServers: setting('bapIdentity.mcp.servers', z.unknown(), { default: [], fallback: undefined }),
  /** Empty turns ClawNet off. */
  clawnetApiUrl: setting('bapIdentity.clawnet.apiUrl', z.string(), {
    default: 'https://clawnet.sh/api/v1',
    fallback: '',
  }),
} as const;

function setting<T>(
  key: Setting<T>['key'],
  schema: z.ZodMiniType<T>,
  values: NoInfer<Pick<Setting<T>, 'default' | 'fallback'>>,
): Setting<T> {
  return { key, schema, ...values };
}

/**
 * The current value: the user's own or the default. `workspace` is `vscode.workspace`. Does not use `get`, because
 * VS Code 1.106 merges a nested value of a folder (`"bapIdentity.sigma": {…}`) into settings that no folder may change.
 * Later versions still do so if that value is not an object.
 */
export function readSetting<T>(
  workspace: Pick<typeof vscode.workspace, 'getConfiguration'>,
  { key, schema, default: ours, fallback }: Setting<T>,
): T {
  const found = workspace.getConfiguration().inspect<unknown>(key);
  const { success, data } = z.safeParse(schema, found?.globalValue ?? ours);
  return success ? data : fallback;
}

/** Makes a function that returns the current value of a setting. */
export type SettingReader = <T>(setting: Setting<T>) => () => T;

/**
 * Its functions read a setting again only after a change: for each answer, VS Code copies much of all settings, which
 * takes some milliseconds while a window starts. `workspace` is `vscode.workspace`.
 */
export function settingReader(
  workspace: Pick<typeof vscode.workspace, 'getConfiguration'> & {
    readonly onDidChangeConfiguration: (listener: () => void) => { dispose(): unknown };
  },
  subscriptions: { dispose(): unknown }[],
): SettingReader {
  return <T>(setting: Setting<T>) => {
    let known: { value: T } | undefined;
    const forget = workspace.onDidChangeConfiguration(() => {
      known = undefined;
    });
    subscriptions.push(forget);
    return () => (known ??= { value: readSetting(workspace, setting) }).value;
  };
}

/** True if the user has written the setting, even with the default value. */
export function isOwnSetting(
  workspace: Pick<typeof vscode.workspace, 'getConfiguration'>,
  { key }: Pick<Setting<unknown>, 'key'>,
): boolean {
  return (workspace.getConfiguration().inspect<unknown>(key)?.globalValue ?? undefined) !== undefined;
}
