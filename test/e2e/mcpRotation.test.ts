import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startAdomServer, type AdomServer } from '../servers/adom.ts';
import { startEverythingServer } from '../servers/everything.ts';
import { startMcpServer, type McpTestServer } from '../servers/mcp.ts';
import { McpList } from './mcpList.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

/** Both get the token of one session. */
const LABELS = ['Tools', 'Everything'] as const;

for (const rotatesTokens of [true, 'keepingOld'] as const)
  describe(`two MCP servers, and a service with ${rotatesTokens === true ? 'one valid token' : 'tokens that overlap'}`, () => {
    let adom: AdomServer;
    let tools: McpTestServer;
    let everything: McpTestServer;
    let workbench: Workbench;
    let list: McpList;

    before(async () => {
      adom = await startAdomServer({ rotatesTokens, anyOrigin: true });
      [tools, everything] = await Promise.all([
        startMcpServer((token) => {
          const name = adom.nameOf(token);
          return Promise.resolve(name === undefined ? undefined : { name });
        }),
        startEverythingServer(),
      ]);
      workbench = await Workbench.open({
        'chat.disableAIFeatures': false,
        'bapIdentity.adom.apiUrl': adom.url,
        'bapIdentity.mcp.servers': [
          { label: 'Tools', url: tools.url, provider: 'adom' },
          { label: 'Everything', url: everything.url, provider: 'adom' },
        ],
      });
      list = new McpList(workbench);
    });
    after(async () => {
      await workbench.close();
      await Promise.all([adom.close(), tools.close(), everything.close()]);
    });
    dependentTests(`mcp-rotation-${rotatesTokens}`, () => workbench);

    /** How often VS Code has started each server. */
    const starts = (): number[] =>
      [tools, everything].map(
        ({ requests }) =>
          requests.filter(({ body }) => JSON.stringify(body ?? '').includes('"initialize"')).length,
      );
    const running = async (): Promise<void> => {
      for (const label of LABELS) await list.waitFor(label, 'Running');
    };
    const newestTokens = (): (string | undefined)[] =>
      [tools, everything].map((server) => server.tokens().at(-1));
    const ask = async (): Promise<void> => {
      await workbench.run('Consumer: Ask the MCP Server');
      await workbench.dialog().filter({ hasText: 'Run whoami' }).waitFor();
      await workbench.answerDialog('Yes');
      await workbench.waitForNotification('Consumer: the tool says ada');
      await workbench.clearNotifications();
    };

    it('start with the same token, and neither stops the other', async () => {
      await workbench.run('BAP Identity: Sign In…');
      await workbench.listItem('Adom').click();
      await workbench.userCode('Adom');
      adom.approve();
      await workbench.waitForNotification('Signed in to Adom as');
      await workbench.clearNotifications();
      for (const label of LABELS) {
        await list.start(label);
        await workbench.answerDialog('Allow');
        await list.waitFor(label, 'Running');
      }
      await running();
      const [first, second] = newestTokens();
      assert.equal(first, second);
      assert.deepEqual(starts(), [1, 1]);
      await ask();
    });

    it(
      rotatesTokens === true
        ? 'stop together when the session gets a new one'
        : 'go on when the session gets a new one',
      async () => {
        await workbench.run('Consumer: Verify the Session with Adom');
        await workbench.answerDialog('Allow');
        await workbench.waitForNotification('Consumer: the session works.');
        await workbench.clearNotifications();
        if (rotatesTokens === true) for (const label of LABELS) await list.waitFor(label, 'Stopped');
        else await running();
        assert.deepEqual(starts(), [1, 1]);
      },
    );

    if (rotatesTokens === 'keepingOld')
      it('stop together when the old token stops working, within a minute or two', async () => {
        const [old] = newestTokens();
        assert.ok(old !== undefined && adom.nameOf(old) !== undefined);
        await ask();
        adom.endSession(old);
        for (const label of LABELS) await list.waitFor(label, 'Stopped');
        assert.deepEqual(starts(), [1, 1]);
      });

    it('start again with the new token, without a question, once', async () => {
      for (const label of LABELS) {
        await list.start(label);
        await list.waitFor(label, 'Running');
      }
      await running();
      assert.deepEqual(starts(), [2, 2]);
      await ask();
      await workbench.screenshot(`mcp-rotation-${rotatesTokens}`);
      assert.ok(
        tools.requests.every(({ status }) => status !== 401),
        'VS Code never sent a dead token',
      );
    });
  });
