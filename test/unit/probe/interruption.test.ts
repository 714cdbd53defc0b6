import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, describe, it } from 'node:test';

import { startAdomServer, type AdomServer } from '../../servers/adom.ts';
import { startSigmaServer, type SigmaServer } from '../../servers/sigma.ts';
import { root } from '../../vscode/paths.ts';
import {
  approveAtAdom,
  approveAtSigma,
  assertSignedOutOfAdom,
  assertSignedOutOfSigma,
  runProbe,
} from '../support/probeWorld.ts';

/** Calls `act` when an endpoint has its answer ready, and sends the answer when that is done. */
function during(server: SigmaServer | AdomServer, endpoint: string, act: () => unknown): void {
  const change = async (answer: Record<string, unknown>): Promise<unknown> => {
    await act();
    return answer;
  };
  server.failNext(endpoint, { kind: 'rewrite', change });
}

describe('Ctrl+C during the probe of Sigma Identity', { concurrency: true }, () => {
  for (const endpoint of [
    'GET /api/auth/oauth2/userinfo',
    'GET /api/auth/organization/list',
    'POST /api/auth/organization/set-active',
    'GET /api/auth/get-session',
    'POST /api/auth/oauth2/token',
  ])
    it(`signs out while ${endpoint} answers`, async () => {
      const server = await startSigmaServer({ intervalSeconds: 1, refreshTokens: true });
      after(() => server.close());
      const interruption = new AbortController();
      const approve = (code: string): void => {
        during(server, endpoint, () => {
          interruption.abort();
        });
        void server.approve(code);
      };
      const run = { sigma: server.url, adom: server.url, approve, interrupted: interruption.signal };
      const { code, printed, said } = await runProbe(run);
      assert.ok(interruption.signal.aborted);
      await assertSignedOutOfSigma(server);
      assert.doesNotMatch(said, /Asking Adom|Couldn’t/);
      assert.match(printed, /\nInterrupted\.\n/);
      assert.equal(code, 1);
    });

  it('signs out while the token is on its way', async () => {
    const server = await startSigmaServer({ intervalSeconds: 1 });
    after(() => server.close());
    const interruption = new AbortController();
    const approve = (code: string): void => {
      during(server, 'POST /api/auth/device/token', () => {
        interruption.abort();
      });
      void server.approve(code);
    };
    await runProbe({ sigma: server.url, only: 'sigma', approve, interrupted: interruption.signal });
    await assertSignedOutOfSigma(server);
  });

  it('stops at once while nobody has approved', async () => {
    const server = await startSigmaServer();
    after(() => server.close());
    const interruption = new AbortController();
    const approve = (): void => {
      interruption.abort();
    };
    const { printed } = await runProbe({
      sigma: server.url,
      only: 'sigma',
      approve,
      interrupted: interruption.signal,
    });
    assert.match(printed, /The client ID is accepted +\| yes/);
    assert.match(printed, /The token comes from the device endpoint +\| not known +\| not asked/);
  });
});

describe('Ctrl+C during the probe of Adom', { concurrency: true }, () => {
  it('signs out while GET /user answers with another token', async () => {
    const server = await startAdomServer({ pingMs: 100, rotatesTokens: 'keepingOld' });
    after(() => server.close());
    const interruption = new AbortController();
    during(server, 'GET /user', () => {
      interruption.abort();
    });
    const approve = (_code: string, link: string): void => {
      approveAtAdom(server, link);
    };
    const run = { adom: server.url, only: 'adom', approve, interrupted: interruption.signal } as const;
    const { said } = await runProbe(run);
    assert.ok(interruption.signal.aborted);
    assertSignedOutOfAdom(server);
    assert.doesNotMatch(said, /Couldn’t/);
  });

  it('fetches a token that was approved meanwhile, and revokes it', async () => {
    const server = await startAdomServer();
    after(() => server.close());
    const interruption = new AbortController();
    const approve = (_code: string, link: string): void => {
      approveAtAdom(server, link);
      interruption.abort();
    };
    await runProbe({ adom: server.url, only: 'adom', approve, interrupted: interruption.signal });
    assertSignedOutOfAdom(server);
  });
});

describe('a failure of the probe itself', { concurrency: true }, () => {
  it('signs out of both', async () => {
    const [sigma, adom] = [
      await startSigmaServer({ intervalSeconds: 1 }),
      await startAdomServer({ pingMs: 100 }),
    ];
    after(() => Promise.all([sigma.close(), adom.close()]));
    for (const [server, endpoint, only] of [
      [sigma, 'GET /api/auth/get-session', 'sigma'],
      [adom, 'GET /user', 'adom'],
    ] as const) {
      // Thrown between two requests: what fails within one is taken for a failure of the network.
      let isPlanted = false;
      const interrupted = new AbortController().signal;
      interrupted.throwIfAborted = () => {
        if (isPlanted) throw new Error('planted');
      };
      const approve = (code: string, link: string): void => {
        during(server, endpoint, () => {
          isPlanted = true;
        });
        if (only === 'sigma') approveAtSigma(sigma, code);
        else approveAtAdom(adom, link);
      };
      const run = { sigma: sigma.url, adom: adom.url, only, approve, interrupted };
      await assert.rejects(runProbe(run), /planted/);
    }
    await assertSignedOutOfSigma(sigma);
    assertSignedOutOfAdom(adom);
  });
});

describe('npm run probe', { concurrency: true }, () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    it(`signs out at ${signal}, which npm passes on once more`, async () => {
      const server = await startSigmaServer({ intervalSeconds: 1 });
      const args = ['run', 'probe', '--', '--sigma', server.url, '--client-id', 'editor', '--only', 'sigma'];
      const child = spawn('npm', args, { cwd: root, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
      after(() => server.close());
      let printed = '';
      child.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      let said = '';
      const stopping = Promise.withResolvers<undefined>();
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        if (said.includes('Stopping, and signing out.')) stopping.resolve(undefined);
        const [code] = /(?<=Code: ).+(?=\n)/.exec(said) ?? [];
        if (code !== undefined && server.newestUserCode !== undefined) approveOnce(code);
      });
      let isApproved = false;
      const approveOnce = (code: string): void => {
        if (isApproved) return;
        isApproved = true;
        void server.approve(code);
      };
      during(server, 'GET /api/auth/get-session', () => {
        process.kill(-(child.pid ?? 0), signal);
        return stopping.promise;
      });
      const [exitCode] = (await once(child, 'close')) as [number | null];
      await assertSignedOutOfSigma(server);
      assert.match(said, /Stopping, and signing out\./);
      assert.match(printed, /Interrupted\./);
      assert.notEqual(exitCode, 0);
    });
});
