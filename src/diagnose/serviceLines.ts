import * as vscode from 'vscode';

import type { ServiceCheck } from '../services/serviceCheck.ts';
import type { ServiceFacts } from './facts.ts';
import { inlineCode, duration, bullet } from './markdown.ts';
import type { SessionFacts, SessionsFacts } from './sessionFacts.ts';

/** What the report says of one service. `language` is that of the person. */
export function serviceLines(service: ServiceFacts, language: string): string[] {
  const { check, sessions } = service;
  return [
    bullet(vscode.l10n.t('Server'), serverInWords(service)),
    bullet(vscode.l10n.t('Connection'), connectionInWords(check)),
    bullet(vscode.l10n.t('Response'), answerInWords(check)),
    ...(check.client === undefined ? [] : [bullet(vscode.l10n.t('Client ID'), clientInWords(check.client))]),
    ...(check.answer === 'service'
      ? [bullet(vscode.l10n.t('Clock'), clockInWords(check.aheadMs, language))]
      : []),
    ...sessionLines(sessions, language),
  ];
}

function serverInWords({ server, address }: ServiceFacts): string {
  switch (server) {
    case 'default':
      return vscode.l10n.t('the default, {0}', inlineCode(address ?? ''));
    case 'other':
      return vscode.l10n.t('not the default. Its name is omitted.');
    case 'thisMachine':
      return vscode.l10n.t('a server on the machine where this extension runs');
    case 'noAddress':
      return vscode.l10n.t('the setting is not a web address');
  }
}

function connectionInWords({ answer, tookMs }: ServiceCheck): string {
  if (answer === 'badServerSetting') return vscode.l10n.t('not checked');
  return tookMs === undefined
    ? vscode.l10n.t('failed: {0}', inlineCode(answer))
    : vscode.l10n.t('name, certificate, and connection are OK; the response took {0} ms', tookMs);
}

function answerInWords({ answer, status, tookMs }: ServiceCheck): string {
  if (answer === 'service') return vscode.l10n.t('as expected');
  if (tookMs === undefined) return vscode.l10n.t('none');
  return status === undefined
    ? vscode.l10n.t('redirects to another address, which is not followed')
    : vscode.l10n.t('unexpected: status {0}, {1}', status, inlineCode(answer));
}

function clientInWords(client: NonNullable<ServiceCheck['client']>): string {
  switch (client) {
    case 'known':
      return vscode.l10n.t('known to the server');
    case 'unlisted':
      return vscode.l10n.t('not on the server’s list, but not refused either');
    case 'refused':
      return vscode.l10n.t('refused by the server');
    case 'unknown':
      return vscode.l10n.t('not refused; can’t tell whether it is on a list');
  }
}

function clockInWords(aheadMs: number | undefined, language: string): string {
  if (aheadMs === undefined)
    return vscode.l10n.t('the server’s time can’t be read from here (for example, in a browser)');
  if (aheadMs === 0) return vscode.l10n.t('no difference');
  const length = duration(aheadMs, language);
  return aheadMs > 0
    ? vscode.l10n.t('this machine is {0} ahead of the server', length)
    : vscode.l10n.t('this machine is {0} behind the server', length);
}

function sessionLines({ configured, dormant, expired, rejected }: SessionsFacts, language: string): string[] {
  const parts = [
    ...(configured.length > 0 ? [vscode.l10n.t('{0} in use', configured.length)] : []),
    ...(dormant > 0 ? [vscode.l10n.t('{0} on other servers', dormant)] : []),
    ...(expired > 0 ? [vscode.l10n.t('{0} expired', expired)] : []),
    ...(rejected > 0 ? [vscode.l10n.t('{0} rejected by the service', rejected)] : []),
  ];
  return [
    bullet(vscode.l10n.t('Sessions'), parts.join(', ') || vscode.l10n.t('none')),
    ...configured.map((session) => `  - ${sessionInWords(session, language)}`),
  ];
}

function sessionInWords(session: SessionFacts, language: string): string {
  const { state, signedInForMs, tokenForMs, endsInMs, isRenewable } = session;
  return [
    vscode.l10n.t('signed in {0} ago', duration(signedInForMs, language)),
    // Within a minute of the sign-in it is the token of the sign-in.
    ...(signedInForMs - tokenForMs < 60_000
      ? []
      : [vscode.l10n.t('its token is {0} old', duration(tokenForMs, language))]),
    endInWords(endsInMs, language),
    ...(isRenewable ? [vscode.l10n.t('can be renewed')] : []),
    ...(state === 'waits' ? [vscode.l10n.t('waiting for a new token')] : []),
  ].join(', ');
}

function endInWords(endsInMs: number | undefined, language: string): string {
  if (endsInMs === undefined) return vscode.l10n.t('expiration not known');
  const length = duration(endsInMs, language);
  return endsInMs > 0 ? vscode.l10n.t('expires in {0}', length) : vscode.l10n.t('expired {0} ago', length);
}
