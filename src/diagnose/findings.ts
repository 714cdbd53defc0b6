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
  const { label, settingKeys, check, sessions } = service;
  const found = ofAnswer(service);
  if (check.client === 'refused' || check.client === 'unlisted')
    found.push(
      check.client === 'refused'
        ? vscode.l10n.t(
            '{0} rejects the client ID in the setting {1}. Ask the operator of the server for a client ID for VS Code.',
            label,
            inlineCode(settingKeys.client ?? ''),
          )
        : vscode.l10n.t(
            '{0} doesn’t recognize the client ID in the setting {1}. If the sign-in is refused, ask the operator of the server for a client ID for VS Code.',
            label,
            inlineCode(settingKeys.client ?? ''),
          ),
    );
  const { aheadMs = 0 } = check;
  if (Math.abs(aheadMs) >= CLOCK_MATTERS_MS)
    found.push(
      vscode.l10n.t(
        'The clocks of this machine and of {0} are {1} apart. Correct the clock of this machine.',
        label,
        duration(aheadMs, language),
      ),
    );
  const waiting = sessions.configured.filter(({ state }) => state === 'waits').length;
  if (waiting > 0)
    found.push(
      vscode.l10n.t(
        'Sessions waiting for a new token: {0} with {1}. They get it as soon as {1} can be reached.',
        waiting,
        label,
      ),
    );
  return found;
}

function ofAnswer({ label, settingKeys, address, check: { answer } }: ServiceFacts): string[] {
  if (answer === 'service') return [];
  if (answer === 'unknown')
    return [vscode.l10n.t('Couldn’t connect to {0}. See the last log lines for the cause.', label)];
  // The address of another server than the default one is left out.
  const current = address ?? vscode.l10n.t('the address in the setting');
  const failure =
    answer === 'notTheService' || answer === 'badServerSetting'
      ? { kind: answer }
      : ({ kind: 'unreachable', problem: answer } as const);
  const service = {
    label,
    settingKeys: { server: inlineCode(settingKeys.server) },
    servers: () => ({ current, defaultServer: address }),
  };
  return [signInFailureMessage({ kind: 'failed', failure }, service)];
}

function ofStorage(startupCheck: Facts['startupCheck'], storage: Facts['storage']): string[] {
  const found: string[] = [];
  if (startupCheck === 'slow' || startupCheck === undefined)
    found.push(vscode.l10n.t('The secret storage can’t be read. Unlock your system’s keyring.'));
  else if (startupCheck.lost > 0)
    found.push(
      vscode.l10n.t(
        'Sessions were lost at the last start because the editor couldn’t keep its secrets. Most likely, this system has no keyring.',
      ),
    );
  if (typeof storage === 'object' && storage.place === 'secretStorage')
    found.push(
      vscode.l10n.t('The folder for sessions can’t be used, so other windows may learn of a sign-in late.'),
    );
  return found;
}
