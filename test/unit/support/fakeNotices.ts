import type { SessionNotices } from '../../../src/sessions/sessionNotices.ts';
import type { SessionRecord } from '../../../src/sessions/sessionRecord.ts';

/** Notes what the person is told, such as `ended a`. */
export class FakeNotices implements SessionNotices {
  readonly told: string[] = [];

  endsSoon(record: SessionRecord): void {
    this.told.push(`ends soon ${record.id}`);
  }

  ended(record: SessionRecord): void {
    this.told.push(`ended ${record.id}`);
  }

  rejected(record: SessionRecord): void {
    this.told.push(`rejected ${record.id}`);
  }

  lost(sessions: readonly { id: string }[]): void {
    this.told.push(`lost ${sessions.map(({ id }) => id).join('+')}`);
  }
}
