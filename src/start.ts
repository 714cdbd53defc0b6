import * as vscode from 'vscode';

import { version } from '../package.json';
import { offerInAccountsMenu, setContextKeys } from './accounts/accountsMenu.ts';
import { registerAccountCommands } from './accounts/commands.ts';
import { NoticeMessages } from './accounts/noticeMessages.ts';
import { UsedServices, type WantedServices } from './accounts/usedServices.ts';
import type { BapIdentityApi } from './api.ts';
import { systemClock } from './base/clock.ts';
import { createLog, describeError } from './base/log.ts';
import type { Runtime } from './base/runtime.ts';
import { registerDiagnose } from './diagnose/commands.ts';
import { isReportTab } from './diagnose/document.ts';
import { ClockSkew } from './http/clockSkew.ts';
import type { Http } from './http/send.ts';
import { userAgent } from './http/userAgent.ts';
import { registerIdentityCommands } from './identityPage/commands.ts';
import { IDENTITY_VIEW_TYPE, IdentityPanels } from './identityPage/panels.ts';
import { BAP_IDENTITY, BapIdentityProvider } from './provider/bapIdentityProvider.ts';
import { createIdentityApi } from './provider/identityApi.ts';
import { IdentityHandles } from './provider/identityHandles.ts';
import { ServiceProvider } from './provider/provider.ts';
import { registerProvider, tellNotStarted } from './provider/registration.ts';
import { SharedIdentities } from './provider/sharedIdentities.ts';
import { SharePicker } from './provider/sharePicker.ts';
import { createServices } from './serviceList.ts';
import { accountsOf } from './sessions/accounts.ts';
import type { LiveSession } from './sessions/record.ts';
import { openSessions } from './sessions/sessions.ts';
import { isOwnSetting, settingReader, settings } from './settings.ts';
import { identityTool } from './sharing/agent/tool.ts';
import { createMcp } from './sharing/mcp/mcp.ts';
import { TokenConsent } from './sharing/terminal/consent.ts';
import { registerTerminalEnvironment } from './sharing/terminal/environment.ts';
import { terminalQuestions } from './sharing/terminal/questions.ts';
import { KeptSignIns } from './signIn/keptSignIns.ts';
import { SignInNotifications } from './signIn/notification.ts';
import { QR_VIEW_TYPE } from './signIn/qrPanel.ts';
import type { WindowStorage } from './sessions/ports.ts';

/** What differs between Node and a web worker. */
export interface Platform {
  readonly openStorage: (context: vscode.ExtensionContext, runtime: Runtime) => WindowStorage;
  /** In a browser: false when it knows that there is no network. */
  readonly isOnline?: () => boolean;
  /** The operating system, as Node names it. Absent in a browser, which sends a user agent of its own. */
  readonly system?: string;
  /** True where a file of Adom's already gives the Adom CLI a token. Never rejects. */
  readonly adomHasToken: () => Promise<boolean>;
}

interface Started {
  readonly api: BapIdentityApi;
  /** Waits for the answers that may hold the only copy of a new token. Never rejects. */
  readonly finish: () => Promise<void>;
}

/** The two functions that VS Code calls. */
export interface Extension {
  readonly activate: (context: vscode.ExtensionContext) => BapIdentityApi;
  readonly deactivate: () => Promise<void>;
}

/** The extension on one platform. */
export function extensionOn(platform: Platform): Extension {
  let started: Started | undefined;
  return {
    /** Synchronous, because VS Code 1.105 passes no request to a provider before `activate` has resolved. */
    activate: (context) => {
      try {
        started = start(context, platform);
        return started.api;
      } catch (error) {
        void tellNotStarted('BAP Identity');
        for (const each of context.subscriptions.splice(0)) each.dispose();
        throw error; // VS Code logs it
      }
    },
    /** VS Code waits for up to five seconds. */
    deactivate: async () => {
      await started?.finish();
    },
  };
}

/**
 * Builds everything in reading order. The providers and the API come first, because they are what other extensions
 * wait for. Each extra after them may be missing or throw in an editor that is not VS Code: it then fails alone, with
 * a line in the log. Uses no network, but for sign-ins that an earlier window has begun.
 */
function start(context: vscode.ExtensionContext, platform: Platform): Started {
  const { subscriptions } = context;
  // VS Code disposes of these in their order when the window closes.
  const closing = new AbortController();
  subscriptions.push(
    new vscode.Disposable(() => {
      closing.abort();
    }),
  );
  const channel = vscode.window.createOutputChannel('BAP Identity', { log: true });
  subscriptions.push(channel);
  const log = createLog(channel, systemClock, closing.signal);
  const runtime: Runtime = { clock: systemClock, log, closed: closing.signal };
  const clockSkew = new ClockSkew();
  const http: Http = {
    fetch: (...request) => fetch(...request),
    clock: systemClock,
    log,
    ...(platform.isOnline && { inBrowser: true, isOnline: platform.isOnline }),
    ...(platform.system !== undefined && {
      userAgent: userAgent(version, { name: vscode.env.appName, version: vscode.version }, platform.system),
    }),
  };
  const onAnswer = (url: string): void => {
    sessions.revocations.reached(url);
  };
  const reader = settingReader(vscode.workspace, subscriptions);
  const services = createServices({ ...http, clockSkew, onAnswer }, reader);
  const storage = platform.openStorage(context, runtime);
  subscriptions.push(storage);
  const isFocused = (): boolean => vscode.window.state.focused;
  const isSigningIn = (serviceId: string): Promise<boolean> => signIns.isInProgress(serviceId);
  const sessions = openSessions(
    { ...storage, services, memento: context.globalState, isFocused, isSigningIn },
    runtime,
  );
  const showIdentity = (record: LiveSession): void => {
    const provider = providerOf(record.serviceId);
    const [account] = accountsOf([record]);
    if (provider === undefined || account === undefined) return;
    panels.show({ provider, account }).catch((error: unknown) => {
      log.warn(`The identity page could not be opened: ${describeError(error)}.`);
    });
  };
  const view = new SignInNotifications(systemClock, channel, log, showIdentity);
  const signIns = new KeptSignIns({ storage: storage.signIns, locks: storage.locks, runtime });
  const providers = sessions.byService.map(
    (each) => new ServiceProvider(each, view, signIns, runtime, clockSkew),
  );
  const providerOf = (serviceId: string): ServiceProvider | undefined =>
    providers.find(({ service }) => service.id === serviceId);
  const resumeSignIns = (): void => {
    void signIns.takeOver((interrupted) => {
      const provider = providerOf(interrupted.record.serviceId);
      if (provider === undefined) void interrupted.kept.release();
      else provider.resume(interrupted);
    });
  };
  const handles = new IdentityHandles(storage.identities, runtime);
  const identities = new SharedIdentities(sessions, handles, runtime);
  const sharePicker = new SharePicker(runtime);
  const source = providers.find(({ service }) => service.identitiesAt !== undefined);
  const bapIdentity = source && new BapIdentityProvider(source, identities, sharePicker, view, runtime);
  const identity = createIdentityApi(sessions, identities, runtime);

  subscriptions.push(...providers);
  if (bapIdentity !== undefined) subscriptions.push(bapIdentity);
  subscriptions.push(identity, identities, sessions, storage.signIns);
  subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('bapIdentity')) sessions.followSettings();
    }),
    vscode.window.onDidChangeWindowState(({ focused }) => {
      sessions.focusChanged(focused);
      if (focused) resumeSignIns();
    }),
  );
  for (const provider of providers) subscriptions.push(...registerProvider(provider.service, provider, log));
  if (bapIdentity !== undefined) subscriptions.push(...registerProvider(BAP_IDENTITY, bapIdentity, log));

  const mcp = createMcp(providers, sessions, context.globalState, reader(settings.mcpServers), http, runtime);
  const panels = new IdentityPanels(context.extensionUri, sessions, mcp, {
    http,
    apiUrl: reader(settings.clawnetApiUrl),
  });
  subscriptions.push(mcp, panels);
  const extra = (name: string, add: () => { dispose(): unknown } | undefined): void => {
    try {
      const added = add();
      if (added !== undefined) subscriptions.push(added);
    } catch (error) {
      log.warn(`Not available in this editor: ${name} (${describeError(error)}).`);
    }
  };
  extra('commands of running sign-ins', () => view.registerSignInCommands());
  extra('list of identities to share', () => sharePicker.registerLink());
  extra(
    'messages about sessions',
    () => new NoticeMessages(sessions, providers, context.extensionUri, showIdentity, log),
  );
  extra('account commands', () => registerAccountCommands(providers, channel, log));
  extra('identity commands', () => registerIdentityCommands(providers, panels, log));
  extra('diagnosis', () =>
    registerDiagnose({ context, sessions, storageStatus: storage.status, runtime, log }),
  );
  extra('Accounts menu', () => {
    const ids = reader(settings.accountsMenu);
    const wanted = (): WantedServices => ({
      ids: ids(),
      isUserSet: isOwnSetting(vscode.workspace, settings.accountsMenu),
    });
    return offerInAccountsMenu(sessions, wanted, new UsedServices(context.globalState, log), runtime);
  });
  extra('context keys', () => setContextKeys(sessions, runtime));
  extra('tool for agents', () => vscode.lm.registerTool('bap_identity', identityTool(services, sessions)));
  extra('MCP servers', () => mcp.register());
  const terminalMode = reader(settings.terminalEnvironment);
  extra('terminal environment', () =>
    registerTerminalEnvironment(
      context.environmentVariableCollection,
      {
        services,
        sessions,
        mode: terminalMode,
        consent: new TokenConsent(
          terminalMode,
          terminalQuestions(services, terminalMode, log),
          context.globalState,
          runtime,
        ),
        adomHasToken: platform.adomHasToken,
        isFocused,
      },
      runtime,
    ),
  );
  extra('tabs of an earlier window', closeStaleTabs);
  resumeSignIns();
  const finish = async (): Promise<void> => {
    await Promise.all([sessions.finish(), signIns.finish()]);
    await sessions.revocations.finish(); // of sign-ins that were not kept, too
    await storage.finish();
  };
  return { api: identity.api, finish };
}

/**
 * Closes tabs left over from an extension host that crashed or restarted, or from a reloaded window. VS Code leaves
 * them open, but nothing answers them anymore.
 */
function closeStaleTabs(): undefined {
  const isPanel = ({ input }: vscode.Tab): boolean =>
    input instanceof vscode.TabInputWebview &&
    // VS Code puts a prefix before the type.
    [IDENTITY_VIEW_TYPE, QR_VIEW_TYPE].some((viewType) => input.viewType.endsWith(viewType));
  const stale = vscode.window.tabGroups.all
    .flatMap(({ tabs }) => tabs)
    .filter((tab) => isPanel(tab) || isReportTab(tab));
  if (stale.length > 0) void vscode.window.tabGroups.close(stale);
}
