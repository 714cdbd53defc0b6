import * as vscode from 'vscode';

import { version } from '../package.json';
import type { BapIdentityApi } from './api.ts';
import { keepSessions } from './composition.ts';
import { systemClock } from './base/clock.ts';
import type { Http } from './protocol/http.ts';
import { IdentityApi } from './provider/identityApi.ts';
import { ServiceProvider } from './provider/serviceProvider.ts';
import { adom } from './services/adom.ts';
import { sigma } from './services/sigma.ts';
import { accountsMenu, adomSettings, sigmaSettings, terminalMode } from './settings.ts';
import { offerInAccountsMenu } from './ui/accountsMenu.ts';
import { registerCommands } from './ui/commands.ts';
import { IdentityPanels } from './ui/identity/panels.ts';
import { registerIdentityTool } from './ui/agent/tool.ts';
import { closeLeftTabs } from './ui/staleTabs.ts';
import { signedInWith } from './ui/signedIn.ts';
import { SignInNotification } from './ui/signIn/notification.ts';
import { keepTerminalEnvironment } from './ui/terminal/environment.ts';

/** Wiring only, and no waiting: VS Code gives a provider a few seconds to register. Nothing here uses the network. */
export function activate(context: vscode.ExtensionContext): BapIdentityApi {
  const log = vscode.window.createOutputChannel('BAP Identity', { log: true });
  const http: Http = {
    fetch: (...request) => fetch(...request),
    clock: systemClock,
    log,
    userAgent: `bap-authentication/${version} vscode/${vscode.version}`,
  };
  const services = [
    sigma(
      http,
      sigmaSettings,
      vscode.l10n.t('Your BAP identity, for extensions and agents that ask who you are'),
    ),
    adom(http, adomSettings, vscode.l10n.t('Your Adom account, for Adom’s tools and services')),
  ];
  closeLeftTabs();
  const kept = keepSessions(context, services, log);
  const view = new SignInNotification(systemClock, log);
  const providers = kept.sessions.map((sessions) => new ServiceProvider(sessions, view, systemClock, log));
  const signedIn = signedInWith(kept, systemClock);
  const panels = new IdentityPanels(context.extensionUri, providers, signedIn.records);
  const identity = new IdentityApi(kept.sessions, kept.store, kept.closed);
  const options = { supportsMultipleAccounts: true };
  context.subscriptions.push(
    ...providers.map((provider) => {
      const { id, label } = provider.service;
      return vscode.authentication.registerAuthenticationProvider(id, label, provider, options);
    }),
    ...providers,
    identity,
    registerCommands(providers, signedIn.records, panels, log),
    offerInAccountsMenu(providers, signedIn, accountsMenu, log),
    registerIdentityTool(services, signedIn),
    keepTerminalEnvironment(
      context.environmentVariableCollection,
      providers,
      signedIn,
      terminalMode,
      systemClock,
      log,
    ),
    panels,
    view,
    kept,
    log,
  );
  return identity.api;
}
