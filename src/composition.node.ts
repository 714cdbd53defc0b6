import type { ExtensionContext } from 'vscode';

import { compose, type Composition } from './composition.ts';
import { adomHasToken } from './sharing/terminal/adomToken.node.ts';
import { nodeWindows } from './storage/node/nodeStorage.ts';

/** Builds everything, once, with what Node has. */
export function composeInNode(context: ExtensionContext): Composition {
  return compose(context, { openWindows: nodeWindows, adomHasToken });
}
