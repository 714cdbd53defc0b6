import * as vscode from 'vscode';
import * as z from 'zod/mini';

import type { Http } from './http/send.ts';
import { UpdatesMode } from './services/adom/updates.ts';
import { seconds } from './http/schema.ts';
import { adom, type AdomSettings } from './services/adom/adom.ts';
import type { IdentityService } from './services/service.ts';
import { sigma, type SigmaSettings } from './services/sigma/sigma.ts';
import { readDefault, readSetting } from './settings.ts';

/** Ninety days: what Adom gives when it is not asked for less. */
const DEFAULT_MAX_AGE_SECONDS = 7_776_000;

/** All services, in the order in which a person sees them. A new service is a file in services/ and an entry here. */
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

/** A sign-in takes the settings as they are when it begins. */
function sigmaSettings(): SigmaSettings {
  return {
    serverUrl: readSetting('sigma.serverUrl', z.string()) ?? '',
    defaultServerUrl: readDefault('sigma.serverUrl', z.string()) ?? '',
    clientId: readSetting('sigma.clientId', z.string()) ?? '',
  };
}

function adomSettings(): AdomSettings {
  const sessionMaxAge = readSetting('adom.sessionMaxAge', seconds) ?? DEFAULT_MAX_AGE_SECONDS;
  return {
    apiUrl: readSetting('adom.apiUrl', z.string()) ?? '',
    defaultApiUrl: readDefault('adom.apiUrl', z.string()) ?? '',
    sessionMaxAgeSeconds: Math.ceil(sessionMaxAge),
    updates: readSetting('adom.updates', UpdatesMode) ?? 'auto',
  };
}
