import type * as vscode from 'vscode';

import type { Runtime } from '../base/runtime.ts';
import type { IdentityService } from '../services/service.ts';
import { isOver } from './expiry.ts';
import { type StartupCheck, watchForLostSessions } from './lost.ts';
import type { SessionNotices } from './notices.ts';
import type { SessionStorage, WindowLocks } from './ports.ts';
import type { LiveSession, AccountChange } from './record.ts';
import { Renewal } from './renewal.ts';
import { ServiceSessions } from './serviceSessions.ts';
import { SessionStore } from './store.ts';
import { SessionUpkeep } from './upkeep.ts';

export interface SessionParts {
  readonly services: readonly IdentityService[];
  readonly storage: SessionStorage;
  readonly locks: WindowLocks;
  /** The extension's global state. */
  readonly memento: vscode.Memento;
  readonly notices: SessionNotices;
  readonly isFocused: () => boolean;
}

/** All sessions of all services, as one window knows them. */
export interface Sessions {
  readonly store: SessionStore;
  /** In the order of the services. */
  readonly byService: readonly ServiceSessions[];
  /** What the secret storage has kept since the last window closed. Undefined when it could not be read. */
  readonly startupCheck: Promise<StartupCheck | undefined>;
  /** Reads what is stored, once. Throws a StoreError when it cannot be read. */
  load(): Promise<void>;
  /**
   * The sessions of the servers in the settings that have not reached their end, from memory: none before `load`.
   * Never uses the network.
   */
  current(): LiveSession[];
  /** Hears of each change of such a session once, whichever window made it. */
  onDidChange(listener: (change: AccountChange) => void): { dispose(): void };
  /** Call when the settings have changed: they may name other servers. */
  followSettings(): void;
  /** Tells whether the person looks at this window. */
  focusIs(focused: boolean): void;
  /** Resolves when every answer that must not be lost has come and is stored. Never rejects. */
  finish(): Promise<void>;
  dispose(): void;
}

/** Wires the life of sessions together, and begins to look after them. Everything ends with `runtime.closed`. */
export function openSessions(parts: SessionParts, runtime: Runtime): Sessions {
  const { services, storage, locks, memento, notices, isFocused } = parts;
  const store = new SessionStore(storage, locks, runtime);
  const byService = services.map(
    (service) =>
      new ServiceSessions(service, store, new Renewal(service, store, runtime), locks, notices, runtime),
  );
  const reminders = new SessionUpkeep(byService, store, locks, notices, runtime, isFocused);
  void reminders.run();
  const startupCheck = watchForLostSessions(store, memento, locks, notices, runtime);
  return {
    store,
    byService,
    startupCheck,
    load: () => store.load(),
    current: () =>
      byService
        .flatMap((sessions) => sessions.cached())
        .filter((record) => !isOver(record, runtime.clock.now())),
    onDidChange: (listener) => {
      const listening = byService.map((sessions) => sessions.onDidChange(listener));
      return {
        dispose: () => {
          for (const each of listening) each.dispose();
        },
      };
    },
    followSettings: () => {
      for (const { records } of byService) records.followSettings();
    },
    focusIs: (focused) => void reminders.focusIs(focused),
    finish: async () => {
      await Promise.all(byService.map((sessions) => sessions.finish()));
    },
    dispose: () => {
      store.dispose();
      storage.dispose();
    },
  };
}
