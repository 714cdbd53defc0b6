import type { LogLine } from '../base/log.ts';
import type { IdentityService } from '../services/service.ts';
import type { ServiceCheck } from '../services/serviceCheck.ts';
import type { StartupCheck } from '../sessions/lost.ts';
import type { StorageStatus } from '../sessions/ports.ts';
import type { HostFacts } from './hostFacts.ts';
import type { ProxyFacts } from './proxyFacts.ts';
import type { SessionsFacts } from './sessionFacts.ts';

/** All that the report is made from. It holds nothing secret, and nothing that tells who or where a person is. */
export interface Facts {
  /** In milliseconds of the wall clock. */
  readonly madeAtMs: number;
  readonly host: HostFacts;
  readonly proxy: ProxyFacts;
  /** The names of this extension's settings that are not at their default. */
  readonly changedSettings: readonly string[];
  readonly services: readonly ServiceFacts[];
  /** `slow`: the storage has not answered yet, as while a keyring asks for its password. */
  readonly startupCheck: StartupCheck | undefined | 'slow';
  /** Undefined when the storage cannot be opened. */
  readonly storage: StorageStatus | undefined | 'slow';
  readonly log: readonly LogLine[];
}

/** What is known of one service. */
export interface ServiceFacts {
  readonly label: string;
  /** The name of the server alone can tell where a person works. */
  readonly server: 'default' | 'other' | 'thisMachine' | 'noAddress';
  /** The server, if it is the default one. */
  readonly address?: string | undefined;
  /** The keys of its settings. */
  readonly settingKeys: IdentityService['settingKeys'];
  readonly check: ServiceCheck;
  readonly sessions: SessionsFacts;
}
