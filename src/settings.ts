import * as vscode from 'vscode';
import * as z from 'zod/mini';

import { seconds } from './protocol/schema.ts';
import type { AdomSettings } from './services/adom.ts';
import type { SigmaSettings } from './services/sigma.ts';
import type { TerminalMode } from './ui/terminal/variables.ts';

/** Ninety days: what Adom gives when it is not asked for less. */
const DEFAULT_MAX_AGE_SECONDS = 7_776_000;

const Updates = z.literal(['auto', 'stream', 'poll']);
const Terminal = z.literal(['off', 'identity', 'identityAndAdomToken']);

/** The settings as they stand now: a sign-in takes them when it begins. */
export function sigmaSettings(): SigmaSettings {
  return {
    serverUrl: own('sigma.serverUrl', z.string()) ?? '',
    clientId: own('sigma.clientId', z.string()) ?? '',
  };
}

export function adomSettings(): AdomSettings {
  const sessionMaxAge = own('adom.sessionMaxAge', seconds) ?? DEFAULT_MAX_AGE_SECONDS;
  return {
    apiUrl: own('adom.apiUrl', z.string()) ?? '',
    sessionMaxAgeSeconds: Math.ceil(sessionMaxAge),
    updates: own('adom.updates', Updates) ?? 'auto',
  };
}

export function terminalMode(): TerminalMode {
  return own('terminal.environment', Terminal) ?? 'off';
}

/** The ids of the services that are to have an entry in the Accounts menu; what else is in it means nothing. */
export function accountsMenu(): readonly unknown[] {
  return own('accountsMenu', z.array(z.unknown())) ?? [];
}

/**
 * What the person has set, or else the default; undefined for a value of the wrong kind. Not `get`: VS Code 1.106 merges
 * what a folder says in a nested way (`"bapIdentity.sigma": {…}`) into settings that no folder is to change, and later
 * versions still do so with what is no object.
 */
function own<T>(name: string, schema: z.ZodMiniType<T>): T | undefined {
  const found = vscode.workspace.getConfiguration('bapIdentity').inspect<unknown>(name);
  return z.safeParse(schema, found?.globalValue ?? found?.defaultValue).data;
}
