import type { SessionNotices } from '../../../src/sessions/notices.ts';

/** Notes what the person is told, such as `ended a`. */
export class FakeNotices implements SessionNotices {
  readonly told: string[] = [];

  endsSoon({ id }: { id: string }): void {
    this.told.push(`ends soon ${id}`);
  }

  ended({ id }: { id: string }): void {
    this.told.push(`ended ${id}`);
  }

  rejected({ id }: { id: string }): void {
    this.told.push(`rejected ${id}`);
  }

  lost(sessions: readonly { id: string }[]): void {
    this.told.push(`lost ${sessions.map(({ id }) => id).join('+')}`);
  }
}
