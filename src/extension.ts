import * as vscode from 'vscode';

import { version } from '../package.json';
import { systemClock } from './protocol/clock.ts';
import type { Http } from './protocol/http.ts';
import { ServiceProvider } from './provider/serviceProvider.ts';
import { adom } from './services/adom.ts';
import { sigma } from './services/sigma.ts';
import { SessionStore } from './sessions/sessionStore.ts';
import { adomSettings, sigmaSettings } from './settings.ts';
import { offerInAccountsMenu } from './ui/accountsMenu.ts';
import { registerCommands } from './ui/commands.ts';
import { SignInNotification } from './ui/signInNotification.ts';

/** Wiring only, and no waiting: VS Code gives a provider a few seconds to register. Nothing here uses the network. */
export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('BAP Identity', { log: true });
  const store = new SessionStore(context.secrets, systemClock, log);
  const view = new SignInNotification(systemClock, log);
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
  const providers = services.map((service) => new ServiceProvider(service, store, view, systemClock, log));
  const options = { supportsMultipleAccounts: true };
  context.subscriptions.push(
    ...providers.map((provider) => {
      const { id, label } = provider.service;
      return vscode.authentication.registerAuthenticationProvider(id, label, provider, options);
    }),
    ...providers,
    registerCommands(providers, log),
    offerInAccountsMenu(providers, log),
    view,
    store,
    log,
  );
}
