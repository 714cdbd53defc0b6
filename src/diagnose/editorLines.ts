import * as vscode from 'vscode';

import { safeText } from '../base/safeText.ts';
import type { Facts } from './facts.ts';
import type { HostFacts } from './hostFacts.ts';
import { inlineCode, bullet, codeList } from './markdown.ts';
import type { ProxyFacts } from './proxyFacts.ts';

/** What the report says of the editor and the machine. */
export function hostLines(host: HostFacts, changedSettings: readonly string[]): string[] {
  const { extension, editor, appHost, inBrowser, remote, side, node, isPortable, language } = host;
  const places = {
    ui: vscode.l10n.t('as a UI extension, on your computer'),
    workspace: vscode.l10n.t('as a workspace extension, next to the files'),
    other: vscode.l10n.t('other'),
  };
  return [
    bullet('BAP Identity', inlineCode(extension)),
    bullet(vscode.l10n.t('Editor'), inlineCode(safeText(`${editor} (${appHost}, ${language})`))),
    bullet(
      vscode.l10n.t('Window'),
      inBrowser ? vscode.l10n.t('in a browser') : vscode.l10n.t('in the desktop app'),
    ),
    bullet(
      vscode.l10n.t('Remote'),
      remote === 'other' ? places.other : namesInWords(remote === undefined ? [] : [remote]),
    ),
    bullet(vscode.l10n.t('This extension runs'), places[side]),
    bullet(
      vscode.l10n.t('Runtime'),
      node === undefined ? vscode.l10n.t('a web worker') : inlineCode(safeText(node)),
    ),
    ...(isPortable ? [bullet(vscode.l10n.t('Portable mode'), vscode.l10n.t('yes'))] : []),
    bullet(vscode.l10n.t('BAP Identity settings that you have changed'), namesInWords(changedSettings)),
  ];
}

/** What it says of the way out of the machine. */
export function proxyLines({ proxy, exceptions, settings, variables }: ProxyFacts): string[] {
  const setting = proxy ? vscode.l10n.t('set (address omitted)') : vscode.l10n.t('not set');
  return [
    bullet('`http.proxy`', setting),
    bullet('`http.noProxy`', vscode.l10n.t('hosts: {0}', exceptions)),
    bullet(vscode.l10n.t('Other settings'), namesInWords(settings)),
    bullet(
      vscode.l10n.t('Environment variables that are set'),
      variables === undefined ? vscode.l10n.t('none in a web worker') : namesInWords(variables),
    ),
  ];
}

/** What it says of where the sessions are kept. */
export function storageLines({ startupCheck, storage }: Pick<Facts, 'startupCheck' | 'storage'>): string[] {
  return [
    bullet(vscode.l10n.t('Sessions kept since the last start'), keptInWords(startupCheck)),
    bullet(vscode.l10n.t('How windows share sessions'), sharingInWords(storage)),
  ];
}

function keptInWords(kept: Facts['startupCheck']): string {
  if (kept === 'slow')
    return vscode.l10n.t(
      'not known: the secret storage is not responding. It may be waiting for a password.',
    );
  if (kept === undefined) return vscode.l10n.t('not known: the sessions could not be read at the start');
  if (kept.expected === 0) return vscode.l10n.t('not applicable: there were no sessions at the last start');
  return kept.lost === 0
    ? vscode.l10n.t('all sessions ({0})', kept.expected)
    : vscode.l10n.t('lost: {0} of {1}', kept.lost, kept.expected);
}

function sharingInWords(sharing: Facts['storage']): string {
  if (sharing === 'slow' || sharing === undefined)
    return vscode.l10n.t('not known: the storage cannot be opened');
  const { place, heldLocks } = sharing;
  const places = {
    files: vscode.l10n.t('encrypted files'),
    secretStorage: vscode.l10n.t('secret storage only, because the folder for files can’t be used'),
    globalState: vscode.l10n.t(
      'encrypted, in the editor’s own state: other windows see a change after a short delay',
    ),
  };
  return heldLocks === undefined
    ? places[place]
    : `${places[place]}; ${vscode.l10n.t('locks held now: {0}', heldLocks)}`;
}

function namesInWords(names: readonly string[]): string {
  return codeList(names, vscode.l10n.t('none'));
}
