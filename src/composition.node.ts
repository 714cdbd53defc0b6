import type { ExtensionContext } from 'vscode';

import { compose, type Composition } from './composition.ts';
import { adomHasToken } from './windows/node/adomToken.ts';
import { nodeWindows } from './windows/node/nodeWindows.ts';

/** Builds everything, once, with what Node has. */
export function composeInNode(context: ExtensionContext): Composition {
  return compose(context, { openWindows: nodeWindows, adomHasToken });
}
