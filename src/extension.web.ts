import { extensionOn } from './start.ts';
import { openWebStorage } from './storage/web/webStorage.ts';

/** The extension in a web worker: in VS Code for the web, where no server runs extensions. */
export const { activate, deactivate } = extensionOn({
  openStorage: openWebStorage,
  isOnline: () => navigator.onLine,
  adomHasToken: () => Promise.resolve(false),
});
