import assert from 'node:assert/strict';
import { describe, it } from 'node:test';

import { personalTexts, privateHosts } from '../../../src/diagnose/redaction.ts';
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

  it('include the hosts of all servers except the default ones', async () => {
    const world = new SessionWorld();
    const default_ = world.service.servers().defaultServer ?? assert.fail();
    world.have('a', { server: default_, accessToken: 'a' }, { server: default_ });
    const other = 'https://other.example:8443/base';
    world.have('b', { server: other, accessToken: 'b' }, { server: other });
    world.service.server = 'https://settings.example';
    const hosts = privateHosts((await world.ready()).all);
    assert.deepEqual(hosts.sort(), [
      'other.example',
      'other.example:8443/base',
      'settings.example',
      'settings.example',
    ]);
  });

  it('include no host while the setting is not a URL', async () => {
    const world = new SessionWorld();
    world.service.server = undefined;
    assert.deepEqual(privateHosts((await world.ready()).all), []);
  });
});
