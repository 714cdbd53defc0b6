import type * as vscode from 'vscode';

import { type Disposable, Emitter, type Event } from '../base/emitter.ts';
import type { Runtime } from '../base/runtime.ts';
import type { IdentityService } from '../services/service.ts';
import { type StartupCheck, watchForLostSessions } from './lost.ts';
import { NoticeEmitter, type SessionNotice } from './notices.ts';
import { PendingRevocations } from './pendingRevocations.ts';
import type { ItemStorage, WindowLocks, WorkStorage } from './ports.ts';
import type { AccountChange, LiveSession } from './record.ts';
import { Revocations } from './revocations.ts';
import { ServiceSessions } from './serviceSessions.ts';
import { SessionStore } from './store.ts';
import { SessionUpkeep } from './upkeep.ts';

export interface SessionParts {
  readonly services: readonly IdentityService[];
  readonly storage: ItemStorage;
  /** For revocations that wait for the service. */
  readonly revocations: WorkStorage;
  readonly locks: WindowLocks;
  /** The extension's global state. */
  readonly memento: vscode.Memento;
  readonly isFocused: () => boolean;
  /** Whether a sign-in with this service is in progress in any window. Rejects with the platform's error. */
  readonly isSigningIn: (serviceId: string) => Promise<boolean>;
}

/** A session, with the sessions of its service. */
export interface FoundSession {
  readonly record: LiveSession;
  readonly sessions: ServiceSessions;
}

/** All sessions of all services, as one window knows them. */
export interface Sessions extends Disposable {
  readonly store: SessionStore;
  /** In the order of the services. */
  readonly byService: readonly ServiceSessions[];
  readonly revocations: Revocations;
  /** Whether storage still has the sessions that the last window left. Undefined if it cannot be read. */
  readonly startupCheck: Promise<StartupCheck | undefined>;
  /** Reads what is stored, once. Throws a StoreError when it cannot be read; the next call tries again. */
  load(): Promise<void>;
  /**
   * The sessions at the configured servers that are not over, from memory: none before `load`. Never uses the network,
   * so a session that waits for its renewal is missing.
   */
  usable(): LiveSession[];
  /** Returns the live session with this id at a configured server, from memory. It may be over. */
  find(id: string): FoundSession | undefined;
  /** Fires once for each change of a session at a configured server, whichever window made it. */
  readonly onDidChange: Event<AccountChange>;
  /** Fires in one window when the user should know something about a session. */
  readonly onNotice: Event<SessionNotice>;
  /** Call when the settings have changed: they may name other servers. */
  followSettings(): void;
  /** Call when the window gains or loses focus. */
  focusChanged(focused: boolean): void;
  /** Resolves when every answer that must not be lost has arrived and is stored. Never rejects. */
  finish(): Promise<void>;
}

/** Wires the life of sessions together, and starts their upkeep. Everything ends with `runtime.closed`. */
export function openSessions(parts: SessionParts, runtime: Runtime): Sessions {
  const { services, storage, locks, memento, isFocused, isSigningIn } = parts;
  const store = new SessionStore(storage, locks, runtime);
  const notices = new NoticeEmitter(store, locks);
  const changes = new Emitter<AccountChange>();
  const pending = new PendingRevocations(parts.revocations, runtime);
  const revocations = new Revocations({ services, pending, store, locks, notices, isSigningIn }, runtime);
  const byService = services.map(
    (service) => new ServiceSessions(service, store, locks, notices, revocations, runtime),
  );
  for (const { records } of byService)
    records.onDidChange((change) => {
      changes.fire(change);
    });
  const upkeep = new SessionUpkeep({ byService, revocations, store, notices, isFocused }, runtime);
  void upkeep.run();
  const startupCheck = watchForLostSessions(store, memento, notices, runtime);
  return {
    store,
    byService,
    revocations,
    startupCheck,
    load: () => store.load(),
    usable: () => byService.flatMap((sessions) => sessions.usable()),
    find: (id) =>
      byService
        .flatMap((sessions) => sessions.records.configured().map((record) => ({ record, sessions })))
        .find(({ record }) => record.id === id),
    onDidChange: changes.event,
    onNotice: notices.onNotice,
    followSettings: () => {
      for (const { records } of byService) records.followSettings();
    },
    focusChanged: (focused) => void upkeep.focusChanged(focused),
    finish: async () => {
      await Promise.all(byService.map((sessions) => sessions.finish()));
    },
    dispose: () => {
      store.dispose();
      storage.dispose();
      parts.revocations.dispose();
    },
  };
}
