import assert from 'node:assert/strict';
import type { RunningService } from './services.ts';

/** Fails if a text holds a secret of the services, a name or an id of their people, or the address of a server. */
export function assertTellsNothing(text: string, running: readonly RunningService[]): void {
  const canaries = running.flatMap((service) => [
    ...service.secrets(),
    ...service.account.split(/[() ]+/).filter((part) => part.length > 2),
    ...Object.values(service.settings).map((url) => new URL(String(url)).host),
  ]);
  assert.ok(canaries.length >= 12, `only ${canaries.length} canaries`);
  for (const canary of canaries) assert.ok(!text.includes(canary), `${canary} is in the text`);
}
