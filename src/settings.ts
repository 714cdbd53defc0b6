import * as vscode from 'vscode';
import * as z from 'zod/mini';

import { lenient, positive } from './protocol/schema.ts';
import type { AdomSettings } from './services/adom.ts';
import type { SigmaSettings } from './services/sigma.ts';
import type { TerminalMode } from './ui/terminalVariables.ts';

/** Ninety days: what Adom gives when it is not asked for less. */
const DEFAULT_MAX_AGE_SECONDS = 7_776_000;

// settings.json is written by hand: a value of the wrong kind counts as one that was left out.
const Sigma = z.object({ serverUrl: lenient(z.string()), clientId: lenient(z.string()) });
const Adom = z.object({
  apiUrl: lenient(z.string()),
  sessionMaxAge: lenient(positive),
  updates: lenient(z.literal(['auto', 'stream', 'poll'])),
});
const Terminal = z.object({ environment: lenient(z.literal(['off', 'identity', 'identityAndAdomToken'])) });

/** The settings as they stand now: a sign-in takes them when it begins. */
export function sigmaSettings(): SigmaSettings {
  const { serverUrl = '', clientId = '' } = z.parse(Sigma, section('sigma'));
  return { serverUrl, clientId };
}

export function adomSettings(): AdomSettings {
  const { apiUrl = '', sessionMaxAge, updates = 'auto' } = z.parse(Adom, section('adom'));
  return { apiUrl, sessionMaxAgeSeconds: Math.ceil(sessionMaxAge ?? DEFAULT_MAX_AGE_SECONDS), updates };
}

export function terminalMode(): TerminalMode {
  return z.parse(Terminal, section('terminal')).environment ?? 'off';
}

function section(name: string): unknown {
  return vscode.workspace.getConfiguration('bapIdentity').get(name);
}
