import * as vscode from 'vscode';

import type { Http } from './http/send.ts';
import { adom, type AdomSettings } from './services/adom/adom.ts';
import type { IdentityService } from './services/service.ts';
import { sigma, type SigmaSettings } from './services/sigma/sigma.ts';
import { type SettingReader, settings } from './settings.ts';

/** All services, in the order in which users see them. A new service is a folder in services/ and an entry here. */
export function createServices(http: Http, reader: SettingReader): IdentityService[] {
  return [
    sigma(http, sigmaSettings(reader), {
      purpose: vscode.l10n.t('Your BAP identity, for extensions and agents that ask who you are'),
      tokenRights: vscode.l10n.t(
        'Anyone who has this token can do everything you can do at Sigma Identity: act as you and as each of your identities, and view and end all your sessions.',
      ),
    }),
    adom(http, adomSettings(reader), {
      purpose: vscode.l10n.t('Your Adom account, for Adom’s tools and services'),
      tokenRights: vscode.l10n.t(
        'Anyone who has this token can do everything you can do at Adom: view your account, and use Adom’s tools and services on your behalf.',
      ),
    }),
  ];
}

function sigmaSettings(reader: SettingReader): () => SigmaSettings {
  const serverUrl = reader(settings.sigmaServerUrl);
  const clientId = reader(settings.sigmaClientId);
  return () => ({
    serverUrl: serverUrl(),
    defaultServerUrl: settings.sigmaServerUrl.default,
    clientId: clientId(),
  });
}

function adomSettings(reader: SettingReader): () => AdomSettings {
  const apiUrl = reader(settings.adomApiUrl);
  const maxAgeSeconds = reader(settings.adomSessionMaxAge);
  const updates = reader(settings.adomUpdates);
  return () => ({
    apiUrl: apiUrl(),
    defaultApiUrl: settings.adomApiUrl.default,
    sessionMaxAgeSeconds: Math.ceil(maxAgeSeconds()),
    updates: updates(),
  });
}
