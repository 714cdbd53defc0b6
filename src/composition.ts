import * as vscode from 'vscode';
import * as z from 'zod/mini';

import { version } from '../package.json';
import { offerInAccountsMenu, setContextKeys } from './accounts/accountsMenu.ts';
import { registerCommands } from './accounts/commands.ts';
import { SessionMessages } from './accounts/sessionMessages.ts';
import type { BapIdentityApi } from './api.ts';
import { systemClock } from './base/clock.ts';
import { type Log, LogTail } from './base/log.ts';
import type { Runtime } from './base/runtime.ts';
import { registerDiagnose } from './diagnose/commands.ts';
import { ClockSkew } from './http/clockSkew.ts';
import type { Http } from './http/send.ts';
import { registerIdentityCommands } from './identityPage/commands.ts';
import { IdentityPanels } from './identityPage/panels.ts';
import { createIdentityApi } from './provider/identityApi.ts';
import { ServiceProvider } from './provider/provider.ts';
import { createServices } from './serviceList.ts';
import { accountsOf } from './sessions/accounts.ts';
import { openSessions } from './sessions/sessions.ts';
import { readSetting } from './settings.ts';
import { identityTool } from './sharing/agent/tool.ts';
import type { McpDefinitions } from './sharing/mcp/definitions.ts';
import { createMcp } from './sharing/mcp/mcp.ts';
import { TokenConsent } from './sharing/terminal/consent.ts';
import { registerTerminalEnvironment, terminalSetting } from './sharing/terminal/environment.ts';
import { TerminalMode } from './sharing/terminal/variables.ts';
import { SignInNotification } from './signIn/notification.ts';
import { closeStaleTabs } from './staleTabs.ts';
import type { WindowStorage } from './storage/windowStorage.ts';

/** What differs between Node and a web worker. */
export interface Platform {
  readonly openWindows: (context: vscode.ExtensionContext, runtime: Runtime) => WindowStorage;
  /** In a browser: false when it knows that there is no network. */
  readonly isOnline?: () => boolean;
  /** True where a file of Adom's own gives its command line a token. Never rejects. */
  readonly adomHasToken: () => Promise<boolean>;
}

/** What activation.ts needs, to answer VS Code and other extensions. */
export interface Composition {
  readonly providers: readonly ServiceProvider[];
  readonly api: BapIdentityApi;
  readonly tool: vscode.LanguageModelTool<unknown>;
  readonly mcpDefinitions: McpDefinitions;
  readonly disposables: readonly { dispose(): void }[];
  /** Resolves when nothing is under way that must not be lost. Never rejects. */
  readonly finish: () => Promise<void>;
}

/** Builds everything, once. Waits for nothing. */
export function compose(context: vscode.ExtensionContext, platform: Platform): Composition {
  const channel = vscode.window.createOutputChannel('BAP Identity', { log: true });
  const closing = new AbortController();
  const log = new LogTail(logUntil(closing.signal, channel), systemClock);
  const runtime: Runtime = { clock: systemClock, log, closed: closing.signal };
  const clockSkew = new ClockSkew();
  const http: Http = {
    fetch: (...request) => fetch(...request),
    clock: systemClock,
    log,
    ...(platform.isOnline
      ? { inBrowser: true, isOnline: platform.isOnline }
      : { userAgent: `bap-authentication/${version} vscode/${vscode.version}` }),
  };
  const services = createServices({ ...http, clockSkew });
  closeStaleTabs();

  const providers: ServiceProvider[] = [];
  const shared = platform.openWindows(context, runtime);
  const isFocused = (): boolean => vscode.window.state.focused;
  const sessions = openSessions({ ...shared, services, memento: context.globalState, isFocused }, runtime);
  const view = new SignInNotification(systemClock, channel, (record) => {
    const provider = providers.find(({ service }) => service.id === record.serviceId);
    const [account] = accountsOf([record]);
    if (provider !== undefined && account !== undefined) void panels.show({ provider, account });
  });
  providers.push(...sessions.byService.map((each) => new ServiceProvider(each, view, runtime, clockSkew)));
  const identity = createIdentityApi(sessions, runtime);
  const mcp = createMcp(providers, sessions, context.globalState, mcpSetting, http, runtime);
  const panels = new IdentityPanels(context.extensionUri, sessions, mcp, { http, apiUrl: clawNetSetting });

  return {
    providers,
    api: identity.api,
    tool: identityTool(services, sessions),
    mcpDefinitions: mcp.definitions,
    disposables: [
      new vscode.Disposable(() => {
        closing.abort();
      }),
      ...providers,
      new SessionMessages(sessions, providers, context.extensionUri),
      identity,
      registerCommands(providers, channel),
      registerIdentityCommands(providers, panels),
      registerDiagnose({ context, sessions, storageStatus: shared.status, runtime, log }),
      offerInAccountsMenu(sessions, accountsMenuSetting, runtime),
      setContextKeys(sessions, runtime),
      registerTerminalEnvironment(
        context.environmentVariableCollection,
        {
          sessions,
          mode: terminalMode,
          consent: new TokenConsent(terminalSetting(terminalMode), context.globalState, runtime),
          adomHasToken: platform.adomHasToken,
          isFocused,
        },
        runtime,
      ),
      mcp,
      vscode.workspace.onDidChangeConfiguration((change) => {
        if (change.affectsConfiguration('bapIdentity')) sessions.followSettings();
      }),
      vscode.window.onDidChangeWindowState(({ focused }) => {
        sessions.focusIs(focused);
      }),
      panels,
      view,
      sessions,
      channel,
    ],
    finish: () => sessions.finish(),
  };
}

/** A log that says nothing once the window has closed: the channel throws then, and a renewal may still go on. */
function logUntil(closed: AbortSignal, channel: Log): Log {
  const write = (level: keyof Log) => (line: string) => {
    if (!closed.aborted) channel[level](line);
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn') };
}

/** The ids of the services that get an entry in the Accounts menu. Other values in the list have no meaning. */
function accountsMenuSetting(): readonly unknown[] {
  return readSetting('accountsMenu', z.array(z.unknown())) ?? [];
}

function clawNetSetting(): string {
  return readSetting('clawnet.apiUrl', z.string()) ?? '';
}

function terminalMode(): TerminalMode {
  return readSetting('terminal.environment', TerminalMode) ?? 'off';
}

function mcpSetting(): unknown {
  return readSetting('mcp.servers', z.unknown());
}
