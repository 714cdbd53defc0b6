import * as vscode from 'vscode';

import type { Clock } from '../base/clock.ts';
import { isLoopback } from '../http/address.ts';
import type { IdentityService } from '../services/service.ts';
import type { ServiceCheck } from '../services/serviceCheck.ts';
import type { ServiceSessions } from '../sessions/serviceSessions.ts';
import { bullet, duration, inlineCode } from './markdown.ts';
import { sessionLines, type SessionsFacts, sessionsFacts } from './sessions.ts';

export interface ServiceFacts {
  readonly label: string;
  /** Which server the settings name. The name of another one than the default could reveal where the user works. */
  readonly server: 'default' | 'other' | 'thisMachine' | 'noAddress';
  /** The URL of the default server. Absent when the settings name another one. */
  readonly address?: string | undefined;
  readonly settingKeys: IdentityService['settingKeys'];
  readonly check: ServiceCheck;
  readonly sessions: SessionsFacts;
}

/** Asks the service whether it responds, which takes ten seconds at most. Rejects only with `signal.reason`. */
export async function serviceFacts(
  sessions: ServiceSessions,
  clock: Clock,
  signal: AbortSignal,
): Promise<ServiceFacts> {
  const { service } = sessions;
  const check = await service.check(signal);
  const server = serverKind(service);
  return {
    label: service.label,
    server,
    address: server === 'default' ? service.servers().defaultServer : undefined,
    settingKeys: service.settingKeys,
    check,
    sessions: sessionsFacts(sessions, clock.now()),
  };
}

function serverKind(service: IdentityService): ServiceFacts['server'] {
  const { current, defaultServer } = service.servers();
  if (current === undefined) return 'noAddress';
  if (current === defaultServer) return 'default';
  return isLoopback(URL.parse(current)?.hostname ?? '') ? 'thisMachine' : 'other';
}

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
      return vscode.l10n.t({
        message: 'the default, {0}',
        args: [inlineCode(address ?? '')],
        comment: '{0}: a web address',
      });
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
    ? vscode.l10n.t({
        message: 'failed: {0}',
        args: [inlineCode(answer)],
        comment: '{0}: a code such as dns',
      })
    : vscode.l10n.t('name, certificate, and connection are OK; the response took {0} ms', tookMs);
}

function answerInWords({ answer, status, tookMs }: ServiceCheck): string {
  if (answer === 'service') return vscode.l10n.t('as expected');
  if (tookMs === undefined) return vscode.l10n.t({ message: 'none', comment: 'no response' });
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
