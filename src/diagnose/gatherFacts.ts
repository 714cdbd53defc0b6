import * as vscode from 'vscode';
import * as z from 'zod/mini';

import { describeError, type LogTail } from '../base/log.ts';
import type { Runtime } from '../base/runtime.ts';
import { TimeLimitError, withTimeLimit } from '../base/timeLimit.ts';
import { isLoopback, shortAddress } from '../http/address.ts';
import type { IdentityService } from '../services/service.ts';
import type { StorageStatus } from '../sessions/ports.ts';
import type { ServiceSessions } from '../sessions/serviceSessions.ts';
import type { Sessions } from '../sessions/sessions.ts';
import { personalVariables } from './environment.ts';
import type { Facts, ServiceFacts } from './facts.ts';
import { hostFacts } from './hostFacts.ts';
import { proxyFacts } from './proxyFacts.ts';
import { personalTexts, sessionsFacts } from './sessionFacts.ts';
import { withoutPersonal } from './withoutPersonal.ts';

/** What the report is about. */
export interface Subject {
  readonly context: Pick<vscode.ExtensionContext, 'extension'>;
  readonly sessions: Sessions;
  readonly storageStatus: () => Promise<StorageStatus>;
  readonly runtime: Runtime;
  readonly log: LogTail;
}

/** The storage waits for a keyring that asks for a password. The report does not. */
const STORAGE_LIMIT_MS = 5_000;

/** Asks all at once what the report tells, for about ten seconds at most. Rejects only with `signal.reason`. */
export async function gatherFacts(subject: Subject, signal: AbortSignal): Promise<Facts> {
  const { context, sessions, storageStatus, runtime, log } = subject;
  const inTime = async <T>(work: () => Promise<T>): Promise<T | undefined | 'slow'> => {
    try {
      return await withTimeLimit(runtime.clock, STORAGE_LIMIT_MS, signal, work);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof TimeLimitError) return 'slow';
      runtime.log.warn(`The report cannot tell of the storage: ${describeError(error)}.`);
      return undefined;
    }
  };
  const [startupCheck, storage, services] = await Promise.all([
    inTime(() => sessions.startupCheck),
    inTime(storageStatus),
    Promise.all(sessions.byService.map((each) => serviceFacts(each, runtime, signal))),
  ]);
  const known = [...personalTexts(sessions), ...personalVariables(), ...otherServers(sessions)];
  return {
    madeAtMs: runtime.clock.now(),
    host: hostFacts(context),
    proxy: proxyFacts(),
    changedSettings: changedSettings(context),
    services,
    startupCheck,
    storage,
    log: log.lines().map((line) => ({ ...line, text: withoutPersonal(line.text, known) })),
  };
}

async function serviceFacts(
  sessions: ServiceSessions,
  { clock }: Runtime,
  signal: AbortSignal,
): Promise<ServiceFacts> {
  const { service } = sessions;
  const check = await service.check(signal);
  const server = serverOf(service);
  return {
    label: service.label,
    server,
    address: server === 'default' ? service.servers().defaultServer : undefined,
    settingKeys: service.settingKeys,
    check,
    sessions: sessionsFacts(sessions, clock.now()),
  };
}

function serverOf(service: IdentityService): ServiceFacts['server'] {
  const { current, defaultServer } = service.servers();
  if (current === undefined) return 'noAddress';
  if (current === defaultServer) return 'default';
  return isLoopback(URL.parse(current)?.hostname ?? '') ? 'thisMachine' : 'other';
}

/** The names of all servers that are not a service's default. */
function otherServers({ store, byService }: Sessions): string[] {
  const defaults = byService.map(({ service }) => service.servers().defaultServer);
  const servers = [
    ...byService.map(({ service }) => service.servers().current),
    ...store.sessions().map(({ server }) => server),
  ].filter((server) => server !== undefined && !defaults.includes(server));
  return servers.flatMap((server) => [shortAddress(server ?? ''), URL.parse(server ?? '')?.hostname ?? '']);
}

const Manifest = z.object({
  contributes: z.object({ configuration: z.object({ properties: z.looseObject({}) }) }),
});

function changedSettings({ extension }: Pick<vscode.ExtensionContext, 'extension'>): string[] {
  const manifest = z.safeParse(Manifest, extension.packageJSON).data;
  const names = Object.keys(manifest?.contributes.configuration.properties ?? {});
  const configuration = vscode.workspace.getConfiguration();
  return names.filter((name) => configuration.inspect(name)?.globalValue !== undefined);
}
