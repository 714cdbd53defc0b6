import * as vscode from 'vscode';

import { lossFinding, lossPlace } from '../accounts/lostMessages.ts';
import { signInFailureMessage } from '../signIn/failureMessages.ts';
import type { HostFacts } from './editor.ts';
import { duration, inlineCode } from './markdown.ts';
import type { ServiceFacts } from './services.ts';
import type { StorageFacts } from './storage.ts';

/** Sign-ins and certificates tolerate a smaller difference. */
const MIN_CLOCK_DIFFERENCE_MS = 60_000;

/** What is wrong, and what to do about it: the most likely cause first. Empty when nothing is wrong. */
export function findings(
  services: readonly ServiceFacts[],
  storage: StorageFacts,
  { language, ineffectiveSettings }: HostFacts,
): string[] {
  return [
    ...services.flatMap((service) => serviceFindings(service, language)),
    ...storageFindings(storage),
    ...(ineffectiveSettings.length === 0 ? [] : [settingsFinding(ineffectiveSettings)]),
  ];
}

function settingsFinding(keys: readonly string[]): string {
  return vscode.l10n.t({
    message:
      'Settings of a folder or workspace have no effect on BAP Identity: {0}. Change them in your user settings.',
    args: [keys.map(inlineCode).join(', ')],
    comment: '{0}: one or more settings',
  });
}

function serviceFindings(service: ServiceFacts, language: string): string[] {
  const { label, check, sessions } = service;
  const { aheadMs = 0 } = check;
  const waiting = sessions.configured.filter(({ state }) => state === 'waits').length;
  return [
    ...connectionFindings(service),
    ...clientFindings(service),
    ...(Math.abs(aheadMs) >= MIN_CLOCK_DIFFERENCE_MS
      ? [
          vscode.l10n.t({
            message:
              'The clocks of this machine and of {0} are {1} apart. Correct the clock of this machine.',
            args: [label, duration(aheadMs, language)],
            comment: '{0}: a service, {1}: a duration such as 3 hours',
          }),
        ]
      : []),
    ...(waiting > 0
      ? [
          vscode.l10n.t({
            message:
              'Sessions with {1} that are waiting for a new token: {0}. Each gets one as soon as {1} can be reached.',
            args: [waiting, label],
            comment: '{0}: a number, {1}: a service',
          }),
        ]
      : []),
  ];
}

function connectionFindings({ label, settingKeys, address, check: { answer } }: ServiceFacts): string[] {
  if (answer === 'service') return [];
  if (answer === 'unknown')
    return [vscode.l10n.t('Couldn’t connect to {0}. See the last log lines for the cause.', label)];
  const failure =
    answer === 'notTheService' || answer === 'badServerSetting'
      ? { kind: answer }
      : ({ kind: 'unreachable', problem: answer } as const);
  const names = {
    label,
    server: address ?? vscode.l10n.t('the address in the setting'),
    settingKeys: { server: inlineCode(settingKeys.server) },
  };
  return [signInFailureMessage({ kind: 'failed', failure }, names)];
}

function clientFindings({ label, settingKeys, check: { client } }: ServiceFacts): string[] {
  const key = inlineCode(settingKeys.client ?? '');
  if (client === 'refused')
    return [
      vscode.l10n.t(
        '{0} rejects the client ID in the setting {1}. Ask the operator of the server for a client ID for VS Code.',
        label,
        key,
      ),
    ];
  if (client === 'unlisted')
    return [
      vscode.l10n.t(
        '{0} doesn’t recognize the client ID in the setting {1}. If the sign-in is refused, ask the operator of the server for a client ID for VS Code.',
        label,
        key,
      ),
    ];
  return [];
}

function storageFindings({ startupCheck, storageStatus }: StorageFacts): string[] {
  const found: string[] = [];
  const status = typeof storageStatus === 'object' ? storageStatus : undefined;
  if (startupCheck === 'slow' || startupCheck === undefined || status?.secrets === 'fails')
    found.push(vscode.l10n.t('The secret storage can’t be used. Unlock your system’s keyring.'));
  else if (startupCheck.lost > 0) found.push(lossFinding(lossPlace(vscode.env)));
  // Without the key in the secret storage, the folder cannot be used either, and its disk may be fine.
  if (status?.secrets !== 'fails' && status?.shared === 'fails' && status.sharedPlace === 'files')
    found.push(
      vscode.l10n.t(
        'The folder for sessions can’t be used, so other windows may learn of a sign-in late. Its disk may be full or read-only.',
      ),
    );
  return found;
}
