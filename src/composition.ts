import path from 'node:path';
import * as vscode from 'vscode';

import type { Log } from './base/log.ts';
import { systemClock as clock } from './base/clock.ts';
import { watchForLostSessions } from './sessions/lostSessions.ts';
import { Renewal } from './sessions/renewal.ts';
import { ServiceSessions } from './sessions/serviceSessions.ts';
import { SessionWatch } from './sessions/sessionReminders.ts';
import type { IdentityService } from './services/service.ts';
import { KnownSessions } from './sessions/sessionIndex.ts';
import { SessionStore } from './sessions/sessionStore.ts';
import { SessionMessages } from './ui/sessionMessages.ts';
import { FileClaims } from './windows/node/fileLocks.ts';
import { SharedSecrets } from './windows/node/sharedSecrets.ts';

/** The sessions of all services, and what they are kept in. */
export interface KeptSessions {
  readonly store: SessionStore;
  /** In the order of the services. */
  readonly sessions: readonly ServiceSessions[];
  /** Aborts when this window closes. */
  readonly closed: AbortSignal;
  readonly dispose: () => void;
}

/** Puts together what keeps sessions true: storage and claims that all windows share, renewal, and the watch over ends. */
export function keepSessions(
  context: vscode.ExtensionContext,
  services: readonly IdentityService[],
  log: Log,
): KeptSessions {
  const closing = new AbortController();
  // In the desktop, SecretStorage is shared by all windows as it is.
  const inBrowser = vscode.env.uiKind === vscode.UIKind.Web;
  const shared = inBrowser ? new SharedSecrets(context.secrets, log) : undefined;
  const store = new SessionStore(shared ?? context.secrets, clock, log);
  const claims = new FileClaims(path.join(context.globalStorageUri.fsPath, 'claims'), clock, log);
  const messages = new SessionMessages(services, store, context.extensionUri);
  const renewal = new Renewal(store, claims, clock, log, closing.signal);
  const sessions = services.map(
    (service) => new ServiceSessions(service, store, renewal, claims, messages, clock, log),
  );

  const isFocused = (): boolean => vscode.window.state.focused;
  const watch = new SessionWatch(sessions, store, claims, messages, clock, log, isFocused);
  void watch.run(closing.signal);
  const focus = vscode.window.onDidChangeWindowState(({ focused }) => {
    void watch.focusIs(focused, closing.signal);
  });
  const ids = services.map(({ id }) => id);
  void watchForLostSessions(ids, store, new KnownSessions(context.globalState), claims, messages);

  const dispose = (): void => {
    closing.abort();
    focus.dispose();
    store.dispose();
    shared?.dispose();
  };
  return { store, sessions, closed: closing.signal, dispose };
}
