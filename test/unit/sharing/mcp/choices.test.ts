import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';

import { McpChoices } from '../../../../src/sharing/mcp/choices.ts';
import { FakeMemento } from '../../support/fakeMemento.ts';

const tools = { label: 'Tools', url: 'https://tools.example/mcp', provider: 'adom' };

describe('the session chosen for an MCP server', () => {
  let memento: FakeMemento;
  let choices: McpChoices;
  let changes: number;

  beforeEach(() => {
    memento = new FakeMemento();
    changes = 0;
    choices = new McpChoices(memento, () => (changes += 1));
  });

  it('is unknown at first', () => {
    assert.equal(choices.sessionIdFor(tools), undefined);
  });

  it('is shared by all windows, also under another label', async () => {
    await choices.keep(tools, 'a');
    assert.equal(new McpChoices(memento, () => undefined).sessionIdFor({ ...tools, label: 'New' }), 'a');
  });

  for (const different of [
    { url: 'https://tools.example/mcp2' },
    { url: 'https://tools.example/mcp?v=1' },
    { url: 'https://evil.example/mcp' },
    { provider: 'sigma-identity' },
  ])
    it(`does not apply to another server: ${JSON.stringify(different)}`, async () => {
      await choices.keep(tools, 'a');
      assert.equal(choices.sessionIdFor({ ...tools, ...different }), undefined);
    });

  it('is replaced by a new choice', async () => {
    await choices.keep(tools, 'a');
    await choices.keep(tools, 'b');
    assert.equal(choices.sessionIdFor(tools), 'b');
    assert.equal([memento.get('mcpChoices')].flat().length, 1);
  });

  it('can be revoked for one server', async () => {
    const other = { ...tools, url: 'https://other.example/' };
    await choices.keep(tools, 'a');
    await choices.keep(other, 'b');
    await choices.forget([tools]);
    assert.equal(changes, 3);
    assert.deepEqual([choices.sessionIdFor(tools), choices.sessionIdFor(other)], [undefined, 'b']);
  });

  for (const stored of ['yes', [{ url: tools.url, provider: 'adom' }], [{ ...tools, session: 1 }]])
    it(`is unknown when the stored value is corrupt: ${JSON.stringify(stored)}`, async () => {
      await memento.update('mcpChoices', stored);
      assert.equal(choices.sessionIdFor(tools), undefined);
    });

  it('is stored without name, account or token', async () => {
    await choices.keep(tools, 'a');
    assert.deepEqual(memento.get('mcpChoices'), [{ url: tools.url, provider: 'adom', session: 'a' }]);
  });
});
