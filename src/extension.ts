import { extensionOn } from './activation.ts';
import { adomHasToken } from './windows/node/adomToken.ts';
import { nodeWindows } from './windows/node/nodeWindows.ts';

/** The extension in Node: in VS Code on a desktop, and in VS Code's server. */
export const { activate, deactivate } = extensionOn({ openWindows: nodeWindows, adomHasToken });
