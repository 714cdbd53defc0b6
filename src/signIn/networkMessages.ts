import * as vscode from 'vscode';

import { safeText } from '../base/safeText.ts';
import type { Problem } from '../http/outcome.ts';
import type { IdentityService } from '../services/service.ts';

/** What the user reads about a failure. */
export interface NetworkMessage {
  readonly message: string;
  /** The key of the setting that may be the cause, if any. */
  readonly setting?: string;
}

/** How the messages about a failure name a service. */
export interface ServiceNames {
  readonly label: string;
  /** The server in the settings as the user reads it: its URL, or words in place of it. */
  readonly server: string;
  readonly settingKeys: IdentityService['settingKeys'];
}

/** The names of a service with its current server. */
export function serviceNames(service: IdentityService): ServiceNames {
  const { label, settingKeys } = service;
  return { label, server: service.servers().current ?? '', settingKeys };
}

/** Why the service could not be reached, and what to do about it. */
export function networkMessage(
  problem: Problem,
  { label, server, settingKeys }: ServiceNames,
): NetworkMessage {
  const serverSetting = settingKeys.server;
  const host = safeText(URL.parse(server)?.host ?? label);
  switch (problem) {
    case 'dns':
      return {
        message: vscode.l10n.t(
          'The address of {0} couldn’t be found. Check your internet connection and the setting {1}, then sign in again.',
          host,
          serverSetting,
        ),
        setting: serverSetting,
      };
    case 'offline':
      return {
        message: vscode.l10n.t(
          '{0} can’t be reached: this computer seems to be offline. Check your internet connection, then sign in again.',
          host,
        ),
      };
    case 'refused':
      return {
        message: vscode.l10n.t(
          '{0} refused the connection. The server may be down, or a firewall may be blocking it. Check the setting {1}, or try again later.',
          host,
          serverSetting,
        ),
        setting: serverSetting,
      };
    case 'reset':
      return {
        message: vscode.l10n.t(
          'The connection to {0} was lost. Sign in again. If it keeps happening, ask your network administrator whether a firewall closes it.',
          host,
        ),
      };
    case 'timeout':
      return {
        message: vscode.l10n.t(
          '{0} didn’t respond in time. Check your internet connection and, if your network uses a proxy, the setting {1}. Then sign in again.',
          host,
          'http.proxy',
        ),
      };
    case 'forbidden':
      return {
        message: vscode.l10n.t(
          'This computer doesn’t let VS Code connect to {0}. Allow it in your firewall or security software, then sign in again.',
          host,
        ),
      };
    case 'notHttp':
      return {
        message: vscode.l10n.t(
          'The response from {0} is not valid HTTP. Check the address and the port in the setting {1}. If they are right, ask your network administrator whether a proxy changes responses.',
          host,
          serverSetting,
        ),
        setting: serverSetting,
      };
    case 'proxyUnreachable':
      return {
        message: vscode.l10n.t(
          'The proxy for {0} can’t be reached. Correct the setting {1} or your system’s proxy settings, then sign in again.',
          host,
          'http.proxy',
        ),
        setting: 'http.proxy',
      };
    case 'proxyLogin':
      return {
        message: vscode.l10n.t(
          'The proxy for {0} requires a user name and password (407). Enter them when VS Code asks, or in the setting {1}, then sign in again.',
          host,
          'http.proxyAuthorization',
        ),
        setting: 'http.proxyAuthorization',
      };
    case 'proxyRefused':
      return {
        message: vscode.l10n.t(
          'The proxy didn’t connect to {0}: it requires a login or blocks it. Check the setting {1}, or ask the administrator of the proxy to allow {0}.',
          host,
          'http.proxy',
        ),
        setting: 'http.proxy',
      };
    case 'certificateExpired':
      return {
        message: vscode.l10n.t(
          'The certificate of {0} has expired. Check the date and time of this computer. If they are right, contact the operator of {0}.',
          host,
        ),
      };
    case 'certificateNotYetValid':
      return {
        message: vscode.l10n.t(
          'According to the clock of this computer, the certificate of {0} is not valid yet. Correct the date and time, then sign in again.',
          host,
        ),
      };
    case 'selfSigned':
      return {
        message: vscode.l10n.t(
          'The certificate of {0} is self-signed, so nothing confirms that it is the right server. If it is your server, install its certificate on your system, make sure that the setting {1} is on, and reload the window.',
          host,
          'http.systemCertificates',
        ),
        setting: 'http.systemCertificates',
      };
    case 'unknownIssuer':
      return {
        message: vscode.l10n.t(
          'The certificate of {0} was issued by an authority that this computer doesn’t trust, such as your company’s. Install the certificate of that authority on your system, make sure that the setting {1} is on, and reload the window.',
          host,
          'http.systemCertificates',
        ),
        setting: 'http.systemCertificates',
      };
    case 'wrongHost':
      return {
        message: vscode.l10n.t(
          'The server that responded as {0} has a certificate for a different name. Check the setting {1}. If it is right, contact your network administrator.',
          host,
          serverSetting,
        ),
        setting: serverSetting,
      };
    case 'badCertificate':
      return {
        message: vscode.l10n.t(
          'The certificate of {0} is not valid and may have been revoked. Don’t continue. Contact the operator of {0}.',
          host,
        ),
      };
    case 'tls':
      return {
        message: vscode.l10n.t(
          'The server that responded as {0} doesn’t support the kind of HTTPS that VS Code uses. Check the address and the port in the setting {1}, then sign in again.',
          host,
          serverSetting,
        ),
        setting: serverSetting,
      };
    case 'unexplained':
      return {
        message: vscode.l10n.t(
          '{0} didn’t respond, and the browser doesn’t tell VS Code why. Open {1} in a new tab to find out: there is no connection, the certificate is bad, or the server works but doesn’t allow a sign-in from a browser.',
          host,
          safeText(server),
        ),
      };
    case 'unknown':
      return {
        message: vscode.l10n.t(
          'Couldn’t connect to {0}. Check your internet connection, then sign in again. If it keeps happening, run “BAP Identity: Diagnose Sign-In”.',
          host,
        ),
      };
    case 'loginPage':
      return {
        message: vscode.l10n.t(
          'A web page responded instead of {0}, most likely the login page of your network. Open any web page in a browser and log in to the network. If you aren’t asked to log in, check the setting {1}.',
          host,
          serverSetting,
        ),
        setting: serverSetting,
      };
    case 'blocked':
      return {
        message: vscode.l10n.t(
          'The request to {0} was blocked (403), most likely by a firewall. Ask your network administrator to allow {0}, then sign in again.',
          host,
        ),
      };
    case 'notFound':
      return {
        message: vscode.l10n.t(
          '{0} was not found at {1}. Correct the setting {2}, then sign in again.',
          label,
          safeText(server),
          serverSetting,
        ),
        setting: serverSetting,
      };
    case 'busy':
      return {
        message: vscode.l10n.t(
          '{0} received too many requests from your network (429). Wait a few minutes, then sign in again.',
          host,
        ),
      };
    case 'serverFault':
      return {
        message: vscode.l10n.t('{0} has a problem right now. Wait a few minutes, then sign in again.', host),
      };
  }
}

/** For a failed sign-in while this computer's clock is `aheadMs` ahead of a server's (negative: behind). */
export function clockMessage(aheadMs: number): string {
  const minutes = Math.round(Math.abs(aheadMs) / 60_000);
  const long =
    minutes < 120
      ? vscode.l10n.t({
          message: '{0} min',
          args: [minutes],
          comment: 'In: The clock of this computer is 5 min ahead',
        })
      : vscode.l10n.t({
          message: '{0} h',
          args: [Math.round(minutes / 60)],
          comment: 'In: The clock of this computer is 5 h ahead',
        });
  return aheadMs > 0
    ? vscode.l10n.t('The clock of this computer is {0} ahead of the server’s. Correct it first.', long)
    : vscode.l10n.t('The clock of this computer is {0} behind the server’s. Correct it first.', long);
}
