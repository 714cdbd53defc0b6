import assert from 'node:assert/strict';
import type { RunningService } from './services.ts';

/** Fails if a text contains a secret, an account's name or ID, or a server's host. */
export function assertNoCanaries(text: string, running: readonly RunningService[]): void {
  const canaries = running.flatMap((service) => [
    ...service.secrets(),
    ...service.account.split(/[() ]+/).filter((part) => part.length > 2),
    ...Object.values(service.settings).map((url) => new URL(String(url)).host),
  ]);
  assert.ok(canaries.length >= 12, `only ${canaries.length} canaries`);
  for (const canary of canaries) assert.ok(!text.includes(canary), `${canary} is in the text`);
}
