import * as vscode from 'vscode';

import { describeError } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { TimeLimitError, withTimeLimit } from '../base/timeLimit.ts';
import type { StartupCheck } from '../sessions/lost.ts';
import type { PlaceStatus, StorageStatus } from '../sessions/ports.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { bullet } from './markdown.ts';

/**
 * Undefined when the storage failed. `slow` when it did not respond in time, as while a keyring asks for a password.
 */
type Answer<T> = T | undefined | 'slow';

export interface StorageFacts {
  readonly startupCheck: Answer<StartupCheck>;
  readonly storageStatus: Answer<StorageStatus>;
  /** How many revocations wait for a service. */
  readonly revocationsWaiting: Answer<number>;
}

export interface StorageSources {
  readonly sessions: Sessions;
  readonly storageStatus: () => Promise<StorageStatus>;
  readonly runtime: Runtime;
}

const TIME_LIMIT_MS = 5_000;

/** Takes five seconds at most. Rejects only with `signal.reason`. */
export async function storageFacts(
  { sessions, storageStatus, runtime: { clock, log } }: StorageSources,
  signal: AbortSignal,
): Promise<StorageFacts> {
  const inTime = async <T>(work: () => Promise<T>): Promise<Answer<T>> => {
    try {
      return await withTimeLimit(clock, TIME_LIMIT_MS, signal, work);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof TimeLimitError) return 'slow';
      log.warn(`The report lacks the storage: ${describeError(error)}.`);
      return undefined;
    }
  };
  const [startupCheck, status, revocationsWaiting] = await Promise.all([
    inTime(() => sessions.startupCheck),
    inTime(storageStatus),
    inTime(() => sessions.revocations.count()),
  ]);
  return { startupCheck, storageStatus: status, revocationsWaiting };
}

export function storageLines({ startupCheck, storageStatus, revocationsWaiting }: StorageFacts): string[] {
  return [
    bullet(vscode.l10n.t('Sessions kept since the last start'), startupCheckInWords(startupCheck)),
    bullet(vscode.l10n.t('How windows share sessions'), storageStatusInWords(storageStatus)),
    bullet(
      vscode.l10n.t('Sessions still to be ended at a service'),
      typeof revocationsWaiting === 'number'
        ? String(revocationsWaiting)
        : vscode.l10n.t('not known: the storage cannot be opened'),
    ),
  ];
}

function startupCheckInWords(check: StorageFacts['startupCheck']): string {
  if (check === 'slow')
    return vscode.l10n.t(
      'not known: the secret storage is not responding. It may be waiting for a password.',
    );
  if (check === undefined) return vscode.l10n.t('not known: the sessions could not be read at the start');
  if (check.expected === 0) return vscode.l10n.t('not applicable: there were no sessions at the last start');
  return check.lost === 0
    ? vscode.l10n.t('all sessions ({0})', check.expected)
    : vscode.l10n.t('lost: {0} of {1}', check.lost, check.expected);
}

function storageStatusInWords(status: StorageFacts['storageStatus']): string {
  if (status === 'slow' || status === undefined)
    return vscode.l10n.t('not known: the storage cannot be opened');
  const { secrets, shared, sharedPlace, heldLocks } = status;
  const sharedPlaces = {
    files: vscode.l10n.t('encrypted files'),
    globalState: vscode.l10n.t(
      'encrypted, in the editor’s own state: other windows see a change after a short delay',
    ),
  };
  return [
    copyInWords(vscode.l10n.t('secret storage'), secrets),
    copyInWords(sharedPlaces[sharedPlace], shared),
    ...(heldLocks === undefined ? [] : [vscode.l10n.t('locks held now: {0}', heldLocks)]),
  ].join('; ');
}

function copyInWords(name: string, status: PlaceStatus): string {
  return status === 'fails' ? vscode.l10n.t('{0} (not working now)', name) : name;
}
