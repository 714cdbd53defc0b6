import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { personalTexts, publicHosts } from '../../../src/diagnose/redaction.ts';
import { canaryWindow } from '../support/canaryWorld.ts';
import { SessionWorld } from '../support/sessionWorld.ts';

describe('the texts to redact from log lines', () => {
  it('include every secret and personal text of all sessions', async () => {
    const { window } = await canaryWindow();
    const texts = personalTexts(window.all);
    for (const text of [
      ...'abcdef'.split('').map((each) => `canary-${each}`),
      ...['access', 'refresh', 'refresh-2', 'other', 'old', 'id-token'].map((each) => `canary-${each}`),
      ...['id', 'label', 'subject', 'name', 'bap', 'key'].map((each) => `canary ${each}`),
      'canary@example.com',
    ])
      assert.ok(texts.includes(text), text);
  });
});

describe('the hosts that stay in log lines', () => {
  it('are those of the default servers, whatever is configured and stored', async () => {
    const world = new SessionWorld();
    const other = 'https://other.example:8443/base';
    world.have('b', { server: other, accessToken: 'b' }, { server: other });
    world.service.server = 'https://settings.example';
    assert.deepEqual(publicHosts((await world.ready()).all), ['auth.example', 'clawnet.sh']);
  });
});
