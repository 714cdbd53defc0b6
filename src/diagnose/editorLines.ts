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
    ui: vscode.l10n.t('on the person’s side'),
    workspace: vscode.l10n.t('on the side of the files'),
    other: vscode.l10n.t('another kind'),
  };
  return [
    bullet('BAP Identity', inlineCode(extension)),
    bullet(vscode.l10n.t('Editor'), inlineCode(safeText(`${editor} (${appHost}, ${language})`))),
    bullet(
      vscode.l10n.t('Window'),
      inBrowser ? vscode.l10n.t('in a browser') : vscode.l10n.t('on the desktop'),
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
    bullet(vscode.l10n.t('Settings of BAP Identity that you have set'), namesInWords(changedSettings)),
  ];
}

/** What it says of the way out of the machine. */
export function proxyLines({ proxy, exceptions, settings, variables }: ProxyFacts): string[] {
  const setting = proxy ? vscode.l10n.t('set, to an address that is left out') : vscode.l10n.t('not set');
  return [
    bullet('`http.proxy`', setting),
    bullet('`http.noProxy`', vscode.l10n.t('{0} hosts', exceptions)),
    bullet(vscode.l10n.t('Other settings'), namesInWords(settings)),
    bullet(
      vscode.l10n.t('Environment variables that are set'),
      variables === undefined ? vscode.l10n.t('a web worker has none') : namesInWords(variables),
    ),
  ];
}

/** What it says of where the sessions are kept. */
export function storageLines({ startupCheck, storage }: Pick<Facts, 'startupCheck' | 'storage'>): string[] {
  return [
    bullet(vscode.l10n.t('Kept since the last start'), keptInWords(startupCheck)),
    bullet(vscode.l10n.t('Shared by all windows'), sharingInWords(storage)),
  ];
}

function keptInWords(kept: Facts['startupCheck']): string {
  if (kept === 'slow')
    return vscode.l10n.t('not known: the secret storage does not answer. It may wait for a password.');
  if (kept === undefined) return vscode.l10n.t('not known: the sessions could not be read at the start');
  if (kept.expected === 0) return vscode.l10n.t('nothing to tell: there were no sessions at the last start');
  return kept.lost === 0
    ? vscode.l10n.t('all {0} sessions', kept.expected)
    : vscode.l10n.t('{0} of {1} sessions are lost', kept.lost, kept.expected);
}

function sharingInWords(sharing: Facts['storage']): string {
  if (sharing === 'slow' || sharing === undefined)
    return vscode.l10n.t('not known: the storage cannot be opened');
  const { place, heldLocks } = sharing;
  const places = {
    files: vscode.l10n.t('encrypted files'),
    secretStorage: vscode.l10n.t('secret storage alone, because the folder for files cannot be used'),
    globalState: vscode.l10n.t(
      'encrypted, in the editor’s own state: other windows see a change after a moment',
    ),
  };
  return heldLocks === undefined
    ? places[place]
    : `${places[place]}; ${vscode.l10n.t('{0} locks are held now', heldLocks)}`;
}

function namesInWords(names: readonly string[]): string {
  return codeList(names, vscode.l10n.t('none'));
}
