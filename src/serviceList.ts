import * as vscode from 'vscode';

import type { Http } from './http/send.ts';
import { adom, type AdomSettings } from './services/adom/adom.ts';
import type { IdentityService } from './services/service.ts';
import { sigma, type SigmaSettings } from './services/sigma/sigma.ts';
import { readSetting, type Setting, settings } from './settings.ts';

/** All services, in the order in which users see them. A new service is a folder in services/ and an entry here. */
export function createServices(http: Http): IdentityService[] {
  return [
    sigma(http, sigmaSettings, {
      purpose: vscode.l10n.t('Your BAP identity, for extensions and agents that ask who you are'),
      tokenRights: vscode.l10n.t(
        'Anyone who has this token can do everything you can do at Sigma Identity: act as you and as each of your identities, and view and end all your sessions.',
      ),
    }),
    adom(http, adomSettings, {
      purpose: vscode.l10n.t('Your Adom account, for Adom’s tools and services'),
      tokenRights: vscode.l10n.t(
        'Anyone who has this token can do everything you can do at Adom: view your account, and use Adom’s tools and services on your behalf.',
      ),
    }),
  ];
}

function sigmaSettings(): SigmaSettings {
  return {
    serverUrl: read(settings.sigmaServerUrl),
    defaultServerUrl: settings.sigmaServerUrl.default,
    clientId: read(settings.sigmaClientId),
  };
}

function adomSettings(): AdomSettings {
  return {
    apiUrl: read(settings.adomApiUrl),
    defaultApiUrl: settings.adomApiUrl.default,
    sessionMaxAgeSeconds: Math.ceil(read(settings.adomSessionMaxAge)),
    updates: read(settings.adomUpdates),
  };
}

function read<T>(setting: Setting<T>): T {
  return readSetting(vscode.workspace, setting);
}
