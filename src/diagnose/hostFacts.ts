import * as vscode from 'vscode';
import * as z from 'zod/mini';

import { isPortable } from '../accounts/sessionMessages.ts';

/** Where the extension runs. */
export interface HostFacts {
  readonly extension: string;
  /** Such as `Visual Studio Code 1.105.0`. */
  readonly editor: string;
  /** Such as `desktop` or `server-distro`. */
  readonly appHost: string;
  /** The window is in a browser. */
  readonly inBrowser: boolean;
  /** The kind of remote machine, `other`, or undefined for none. */
  readonly remote: string | undefined;
  /** `ui`: on the person's machine. `workspace`: where the files are. */
  readonly side: 'ui' | 'workspace';
  /** Such as `Node 22.1.0 on linux x64`. Undefined in a web worker. */
  readonly node: string | undefined;
  readonly isPortable: boolean;
  readonly language: string;
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
  return {
    extension: version ?? '?',
    editor: `${vscode.env.appName} ${vscode.version}`,
    appHost: vscode.env.appHost,
    inBrowser: vscode.env.uiKind === vscode.UIKind.Web,
    remote:
      vscode.env.remoteName === undefined || REMOTES.has(vscode.env.remoteName)
        ? vscode.env.remoteName
        : 'other',
    side: extension.extensionKind === vscode.ExtensionKind.UI ? 'ui' : 'workspace',
    node: node && `Node ${node.process.versions.node} on ${node.process.platform} ${node.process.arch}`,
    isPortable: isPortable(vscode.env),
    language: vscode.env.language,
  };
}
