import { itemOf } from '../../../src/sessions/items.ts';
import type { SessionRecord } from '../../../src/sessions/record.ts';
import { TwoCopies } from '../../../src/storage/twoCopies.ts';
import { FakeClock } from './fakeClock.ts';
import { FakeStorage } from './fakeStorage.ts';
import { RecordingLog } from './recordingLog.ts';

export interface CopiesWindow {
  readonly copies: TwoCopies;
  readonly log: RecordingLog;
  readonly closed: AbortController;
  /** The calls to SecretStorage. */
  readonly asked: string[];
}

/** Windows over two places. */
export class CopiesWorld {
  readonly clock = new FakeClock();
  readonly secrets = new FakeStorage(this.clock);
  readonly shared = new FakeStorage(this.clock);
  readonly inBrowser: boolean;

  constructor(where: 'desktop' | 'browser' = 'desktop') {
    this.inBrowser = where === 'browser';
  }

  open(): CopiesWindow {
    const [log, closed, asked] = [new RecordingLog(), new AbortController(), new Array<string>()];
    const place = this.secrets.window();
    const secrets = {
      ...place,
      names: () => (asked.push('names'), place.names()),
      read: (name: string) => (asked.push('read'), place.read(name)),
      add: (...args: Parameters<typeof place.add>) => (asked.push('add'), place.add(...args)),
    };
    const runtime = { clock: this.clock, log, closed: closed.signal };
    const { inBrowser } = this;
    return {
      copies: new TwoCopies({ secrets, shared: this.shared.window(), inBrowser }, runtime),
      log,
      closed,
      asked,
    };
  }

  /** The names in both places. */
  get names(): { readonly secrets: string[]; readonly shared: string[] } {
    const [secrets, shared] = [this.secrets, this.shared].map(({ stored }) => [...stored.keys()].sort());
    return { secrets: secrets ?? [], shared: shared ?? [] };
  }
}

/** The names of these versions, sorted. */
export function namesOf(...records: readonly SessionRecord[]): string[] {
  return records.map((record) => itemOf(record).name).sort();
}
