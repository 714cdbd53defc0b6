import * as vscode from 'vscode';

import { signInFailureMessage } from '../signIn/failureMessages.ts';
import type { Facts, ServiceFacts } from './facts.ts';
import { inlineCode, duration } from './markdown.ts';

/** A smaller difference does not matter to a sign-in or a certificate. */
const CLOCK_MATTERS_MS = 60_000;

/** What is wrong, and what to do about it: the most likely cause first. Empty when nothing is. */
export function findings({ services, startupCheck, storage, host }: Facts): string[] {
  return [
    ...services.flatMap((service) => ofService(service, host.language)),
    ...ofStorage(startupCheck, storage),
  ];
}

function ofService(service: ServiceFacts, language: string): string[] {
  const { label, settings, check, sessions } = service;
  const found = ofAnswer(service);
  if (check.client === 'refused' || check.client === 'unlisted')
    found.push(
      check.client === 'refused'
        ? vscode.l10n.t(
            '{0} refuses the client ID in the setting {1}. Ask who runs the server for one for VS Code.',
            label,
            inlineCode(settings.client ?? ''),
          )
        : vscode.l10n.t(
            '{0} has no client with the ID in the setting {1}. If it refuses the sign-in, ask who runs the server for one for VS Code.',
            label,
            inlineCode(settings.client ?? ''),
          ),
    );
  const { aheadMs = 0 } = check;
  if (Math.abs(aheadMs) >= CLOCK_MATTERS_MS)
    found.push(
      vscode.l10n.t(
        'The clock of this machine and that of {0} are {1} apart. Set the clock of this machine right.',
        label,
        duration(aheadMs, language),
      ),
    );
  const waiting = sessions.configured.filter(({ state }) => state === 'waits').length;
  if (waiting > 0)
    found.push(
      vscode.l10n.t(
        '{0} sessions with {1} wait for a new token. They get it when {1} can be reached.',
        waiting,
        label,
      ),
    );
  return found;
}

function ofAnswer({ label, settings, address, check: { answer } }: ServiceFacts): string[] {
  if (answer === 'service') return [];
  if (answer === 'unknown')
    return [vscode.l10n.t('The connection to {0} failed. The last lines of the log say how.', label)];
  // The address of another server than the default one is left out.
  const current = address ?? vscode.l10n.t('the address in the setting');
  const failure =
    answer === 'notTheService' || answer === 'badServerSetting'
      ? { kind: answer }
      : ({ kind: 'unreachable', problem: answer } as const);
  const service = {
    label,
    settings: { server: inlineCode(settings.server) },
    servers: () => ({ current, defaultServer: address }),
  };
  return [signInFailureMessage({ kind: 'failed', failure }, service)];
}

function ofStorage(startupCheck: Facts['startupCheck'], storage: Facts['storage']): string[] {
  const found: string[] = [];
  if (startupCheck === 'slow' || startupCheck === undefined)
    found.push(vscode.l10n.t('The secret storage cannot be read. Unlock your system’s keyring.'));
  else if (startupCheck.lost > 0)
    found.push(
      vscode.l10n.t(
        'Sessions were lost at the last start: the editor could not keep its secrets. Most likely this system has no keyring.',
      ),
    );
  if (typeof storage === 'object' && storage.place === 'secretStorage')
    found.push(
      vscode.l10n.t('The folder for sessions cannot be used, so other windows may hear of a sign-in late.'),
    );
  return found;
}
