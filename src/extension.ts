import { extensionOn } from './activation.ts';

/** The extension in Node: in VS Code on a desktop, and in VS Code's server. Most of its code is in a second file. */
export const { activate, deactivate } = extensionOn(async () => {
  const { composeInNode } = await import('./composition.node.ts');
  return composeInNode;
});
