import { extensionOn } from './start.ts';
import { webWindows } from './storage/web/webStorage.ts';

/** The extension in a web worker: in VS Code for the web, where no server runs extensions. */
export const { activate, deactivate } = extensionOn({
  openWindows: webWindows,
  isOnline: () => navigator.onLine,
  adomHasToken: () => Promise.resolve(false),
});
