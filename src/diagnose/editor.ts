import * as vscode from 'vscode';
import * as z from 'zod/mini';

import { isPortable } from '../accounts/lostMessages.ts';
import { safeText } from '../base/safeText.ts';
import { bullet, codeList, inlineCode } from './markdown.ts';

/** Where the extension runs. */
export interface HostFacts {
  /** Its version. */
  readonly extension: string;
  /** Such as `Visual Studio Code 1.105.0`. */
  readonly editor: string;
  /** Such as `desktop` or `server-distro`. */
  readonly appHost: string;
  /** The window is in a browser. */
  readonly inBrowser: boolean;
  /** The kind of remote machine, or `other`. Undefined in a local window. */
  readonly remote: string | undefined;
  /** `ui`: on the user's computer. `workspace`: next to the files. */
  readonly side: 'ui' | 'workspace';
  /** Such as `Node 22.1.0 on linux x64`. Undefined in a web worker. */
  readonly node: string | undefined;
  readonly isPortable: boolean;
  readonly language: string;
  /** The keys of this extension's settings that the user has changed. */
  readonly changedSettings: readonly string[];
  /** The keys of those that a folder or a workspace sets, where they have no effect, as far as VS Code tells. */
  readonly ineffectiveSettings: readonly string[];
}

const Node = z.object({
  process: z.object({ platform: z.string(), arch: z.string(), versions: z.object({ node: z.string() }) }),
});

/** Any other name can be the name of a machine. */
const REMOTES = new Set(
  'ssh-remote wsl dev-container attached-container k8s-container codespaces tunnel'.split(' '),
);

export function hostFacts({ extension }: Pick<vscode.ExtensionContext, 'extension'>): HostFacts {
  const { data: node } = z.safeParse(Node, globalThis);
  const version = z.safeParse(z.object({ version: z.string() }), extension.packageJSON).data?.version;
  const { remoteName } = vscode.env;
  return {
    extension: version ?? '?',
    editor: `${vscode.env.appName} ${vscode.version}`,
    appHost: vscode.env.appHost,
    inBrowser: vscode.env.uiKind === vscode.UIKind.Web,
    remote: remoteName === undefined || REMOTES.has(remoteName) ? remoteName : 'other',
    side: extension.extensionKind === vscode.ExtensionKind.UI ? 'ui' : 'workspace',
    node: node && `Node ${node.process.versions.node} on ${node.process.platform} ${node.process.arch}`,
    isPortable: isPortable(vscode.env),
    language: vscode.env.language,
    ...changedSettings(extension.packageJSON),
  };
}

const Manifest = z.object({
  contributes: z.object({ configuration: z.object({ properties: z.looseObject({}) }) }),
});

function changedSettings(manifest: unknown): Pick<HostFacts, 'changedSettings' | 'ineffectiveSettings'> {
  const { data } = z.safeParse(Manifest, manifest);
  const keys = Object.keys(data?.contributes.configuration.properties ?? {});
  const configuration = vscode.workspace.getConfiguration();
  const inspected = keys.map((key) => ({ key, found: configuration.inspect(key) }));
  const keysOf = (some: typeof inspected): string[] => some.map(({ key }) => key);
  return {
    changedSettings: keysOf(inspected.filter(({ found }) => found?.globalValue !== undefined)),
    ineffectiveSettings: keysOf(
      inspected.filter(({ found }) => (found?.workspaceFolderValue ?? found?.workspaceValue) !== undefined),
    ),
  };
}

export function hostLines(host: HostFacts): string[] {
  const { extension, editor, appHost, inBrowser, remote, side, node, language } = host;
  const places = {
    ui: vscode.l10n.t('as a UI extension, on your computer'),
    workspace: vscode.l10n.t('as a workspace extension, next to the files'),
    other: vscode.l10n.t('other'),
  };
  const none = vscode.l10n.t('none');
  return [
    bullet('BAP Identity', inlineCode(extension)),
    bullet(vscode.l10n.t('Editor'), inlineCode(safeText(`${editor} (${appHost}, ${language})`))),
    bullet(
      vscode.l10n.t('Window'),
      inBrowser ? vscode.l10n.t('in a browser') : vscode.l10n.t('in the desktop app'),
    ),
    bullet(
      vscode.l10n.t('Remote'),
      remote === 'other' ? places.other : codeList(remote === undefined ? [] : [remote], none),
    ),
    bullet(vscode.l10n.t('This extension runs'), places[side]),
    bullet(
      vscode.l10n.t('Runtime'),
      node === undefined ? vscode.l10n.t('a web worker') : inlineCode(safeText(node)),
    ),
    ...(host.isPortable ? [bullet(vscode.l10n.t('Portable mode'), vscode.l10n.t('yes'))] : []),
    bullet(
      vscode.l10n.t('BAP Identity settings that you have changed'),
      codeList(host.changedSettings, none),
    ),
  ];
}

const Environment = z.object({ process: z.object({ env: z.unknown() }) });

const HOME = ['HOME', 'USERPROFILE'];
const NAMES = ['USER', 'USERNAME', 'LOGNAME', 'HOSTNAME', 'COMPUTERNAME'];

/** The environment variables. Undefined in a web worker, which has none. */
export function environment(): Readonly<Record<string, unknown>> | undefined {
  const env = z.safeParse(Environment, globalThis).data?.process.env;
  return typeof env === 'object' && env !== null ? { ...env } : undefined;
}

/** The path of the user's home folder. Undefined where the environment does not have it. */
export function homeFolder(): string | undefined {
  return valuesOf(HOME)[0];
}

/** The names of the user, their home folder and their machine, as far as the environment has them. */
export function personalVariables(): string[] {
  return valuesOf([...HOME, ...NAMES]);
}

function valuesOf(names: readonly string[]): string[] {
  const env = environment() ?? {};
  return names.map((name) => env[name]).filter((value) => typeof value === 'string');
}
