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
    bullet(vscode.l10n.t('Answer'), answerInWords(check)),
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
      return vscode.l10n.t('the default one, {0}', inlineCode(address ?? ''));
    case 'other':
      return vscode.l10n.t('another one than the default. Its name is left out.');
    case 'thisMachine':
      return vscode.l10n.t('one on the machine where this extension runs');
    case 'noAddress':
      return vscode.l10n.t('the setting is no web address');
  }
}

function connectionInWords({ answer, tookMs }: ServiceCheck): string {
  if (answer === 'badServerSetting') return vscode.l10n.t('not tried');
  return tookMs === undefined
    ? vscode.l10n.t('failed: {0}', inlineCode(answer))
    : vscode.l10n.t('name, certificate and connection are fine; the answer took {0} ms', tookMs);
}

function answerInWords({ answer, status, tookMs }: ServiceCheck): string {
  if (answer === 'service') return vscode.l10n.t('as it should be');
  if (tookMs === undefined) return vscode.l10n.t('none');
  return status === undefined
    ? vscode.l10n.t('leads to another address, which is not followed')
    : vscode.l10n.t('not as it should be: status {0}, {1}', status, inlineCode(answer));
}

function clientInWords(client: NonNullable<ServiceCheck['client']>): string {
  switch (client) {
    case 'known':
      return vscode.l10n.t('the server knows it');
    case 'unlisted':
      return vscode.l10n.t('not in the server’s list, but it is not refused either');
    case 'refused':
      return vscode.l10n.t('the server refuses it');
    case 'notTold':
      return vscode.l10n.t('not refused; whether it is in a list cannot be told');
  }
}

function clockInWords(aheadMs: number | undefined, language: string): string {
  if (aheadMs === undefined)
    return vscode.l10n.t('the server’s time cannot be read from here, as in a browser');
  if (aheadMs === 0) return vscode.l10n.t('no difference');
  const length = duration(aheadMs, language);
  return aheadMs > 0
    ? vscode.l10n.t('this machine is {0} ahead of the server', length)
    : vscode.l10n.t('this machine is {0} behind the server', length);
}

function sessionLines({ configured, dormant, expired, rejected }: SessionsFacts, language: string): string[] {
  const parts = [
    ...(configured.length > 0 ? [vscode.l10n.t('{0} in use', configured.length)] : []),
    ...(dormant > 0 ? [vscode.l10n.t('{0} of other servers', dormant)] : []),
    ...(expired > 0 ? [vscode.l10n.t('{0} reached their end', expired)] : []),
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
    ...(state === 'waits' ? [vscode.l10n.t('waits for a new token')] : []),
  ].join(', ');
}

function endInWords(endsInMs: number | undefined, language: string): string {
  if (endsInMs === undefined) return vscode.l10n.t('no known end');
  const length = duration(endsInMs, language);
  return endsInMs > 0 ? vscode.l10n.t('ends in {0}', length) : vscode.l10n.t('ended {0} ago', length);
}
