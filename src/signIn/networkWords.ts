import * as vscode from 'vscode';

import { safeText } from '../base/safeText.ts';
import type { Problem } from '../http/outcome.ts';
import type { IdentityService } from '../services/service.ts';

/** What a person reads about a failure. */
export interface Words {
  readonly message: string;
  /** The setting that may be the cause, if one may be. */
  readonly setting?: string;
}

/** What the words need to know of a service. */
export type NamedService = Pick<IdentityService, 'label' | 'settings' | 'servers'>;

/** Why the service could not be reached, and the one thing to do about it. */
export function networkWords(problem: Problem, service: NamedService): Words {
  const { label } = service;
  const ownSetting = service.settings.server;
  const server = service.servers().current ?? '';
  // The report passes words in place of the address, so this need not be a URL.
  const host = safeText(URL.parse(server)?.host ?? label);
  switch (problem) {
    case 'dns':
      return {
        message: vscode.l10n.t(
          'The address of {0} was not found. Check your internet connection and the setting {1}, then sign in again.',
          host,
          ownSetting,
        ),
        setting: ownSetting,
      };
    case 'offline':
      return {
        message: vscode.l10n.t(
          'There is no way to {0}: this computer seems to be offline. Check your internet connection, then sign in again.',
          host,
        ),
      };
    case 'refused':
      return {
        message: vscode.l10n.t(
          '{0} refused the connection: the server does not run, or a firewall is in the way. Check the setting {1} or try again later.',
          host,
          ownSetting,
        ),
        setting: ownSetting,
      };
    case 'reset':
      return {
        message: vscode.l10n.t(
          'The connection to {0} broke off. Sign in again; if it happens again, ask who runs your network whether a firewall cuts it.',
          host,
        ),
      };
    case 'timeout':
      return {
        message: vscode.l10n.t(
          '{0} did not answer in time. Check your internet connection and, if your network needs a proxy, the setting {1}, then sign in again.',
          host,
          'http.proxy',
        ),
      };
    case 'proxyUnreachable':
      return {
        message: vscode.l10n.t(
          'The proxy that leads to {0} cannot be reached. Correct the setting {1} or the proxy of your system, then sign in again.',
          host,
          'http.proxy',
        ),
        setting: 'http.proxy',
      };
    case 'proxyLogin':
      return {
        message: vscode.l10n.t(
          'The proxy that leads to {0} wants a user name and password (407). Give them when VS Code asks, or in the setting {1}, then sign in again.',
          host,
          'http.proxyAuthorization',
        ),
        setting: 'http.proxyAuthorization',
      };
    case 'proxyRefused':
      return {
        message: vscode.l10n.t(
          'The proxy makes no connection to {0}: it wants a login or forbids it. Check the setting {1}, or ask who runs the proxy to allow {0}.',
          host,
          'http.proxy',
        ),
        setting: 'http.proxy',
      };
    case 'certificateExpired':
      return {
        message: vscode.l10n.t(
          'The certificate of {0} has expired. Check the date and time of this computer; if they are right, tell who runs {0}.',
          host,
        ),
      };
    case 'certificateNotYetValid':
      return {
        message: vscode.l10n.t(
          'The certificate of {0} is not valid yet by the clock of this computer. Set the date and time right, then sign in again.',
          host,
        ),
      };
    case 'selfSigned':
      return {
        message: vscode.l10n.t(
          'The certificate of {0} is self-signed, so nobody confirms that it is the right server. If it is yours, install its certificate in your system, make sure that the setting {1} is on, and reload the window.',
          host,
          'http.systemCertificates',
        ),
        setting: 'http.systemCertificates',
      };
    case 'unknownIssuer':
      return {
        message: vscode.l10n.t(
          'The certificate of {0} comes from an authority that this computer does not know, such as your company’s. Install that authority in your system, make sure that the setting {1} is on, and reload the window.',
          host,
          'http.systemCertificates',
        ),
        setting: 'http.systemCertificates',
      };
    case 'wrongHost':
      return {
        message: vscode.l10n.t(
          'What answered as {0} has a certificate for another name. Check the setting {1}; if it is right, tell who runs your network.',
          host,
          ownSetting,
        ),
        setting: ownSetting,
      };
    case 'badCertificate':
      return {
        message: vscode.l10n.t(
          'The certificate of {0} is not valid; it may have been withdrawn. Do not go on: tell who runs {0}.',
          host,
        ),
      };
    case 'tls':
      return {
        message: vscode.l10n.t(
          'What answered as {0} does not speak https as VS Code does. Check the address and the port in the setting {1}, then sign in again.',
          host,
          ownSetting,
        ),
        setting: ownSetting,
      };
    case 'untold':
      return {
        message: vscode.l10n.t(
          'There is no answer from {0}, and the browser does not tell VS Code why. Open {1} in a new tab to see: no connection, a bad certificate, or a server that works but allows no sign-in from a browser.',
          host,
          safeText(server),
        ),
      };
    case 'unknown':
      return {
        message: vscode.l10n.t(
          'The connection to {0} failed. Check your internet connection, then sign in again; if it happens again, run “BAP Identity: Diagnose Sign-In”.',
          host,
        ),
      };
    case 'loginPage':
      return {
        message: vscode.l10n.t(
          'A web page answered in place of {0}, most likely your network’s login page. Open any web page in a browser and log in to the network; if it asks for none, check the setting {1}.',
          host,
          ownSetting,
        ),
        setting: ownSetting,
      };
    case 'blocked':
      return {
        message: vscode.l10n.t(
          'The request to {0} was forbidden (403), most likely by a firewall. Ask who runs your network to allow {0}, then sign in again.',
          host,
        ),
      };
    case 'notFound':
      return {
        message: vscode.l10n.t(
          '{0} was not found at {1}. Correct the setting {2}, then sign in again.',
          label,
          safeText(server),
          ownSetting,
        ),
        setting: ownSetting,
      };
    case 'busy':
      return {
        message: vscode.l10n.t(
          '{0} has had too many requests from your network (429). Wait a few minutes, then sign in again.',
          host,
        ),
      };
    case 'serverFault':
      return {
        message: vscode.l10n.t(
          '{0} has a fault of its own at the moment. Wait a few minutes, then sign in again.',
          host,
        ),
      };
  }
}

/** For a failed sign-in while the clock of this computer is `aheadMs` milliseconds ahead of a server's, or behind. */
export function clockWords(aheadMs: number): string {
  const minutes = Math.round(Math.abs(aheadMs) / 60_000);
  const long =
    minutes < 120 ? vscode.l10n.t('{0} min', minutes) : vscode.l10n.t('{0} h', Math.round(minutes / 60));
  return aheadMs > 0
    ? vscode.l10n.t('The clock of this computer is {0} ahead of the server’s: set it right first.', long)
    : vscode.l10n.t('The clock of this computer is {0} behind the server’s: set it right first.', long);
}
