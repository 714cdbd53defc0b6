import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { createLog } from '../../../src/base/log.ts';
import { NEVER } from '../../../src/base/timeLimit.ts';
import type { StorageStatus } from '../../../src/sessions/ports.ts';
import { bugsAddress, copyReport } from '../../../src/diagnose/commands.ts';
import { type Facts, gatherFacts, report } from '../../../src/diagnose/report.ts';
import type { ServiceFacts } from '../../../src/diagnose/services.ts';
import { send } from '../../../src/http/send.ts';
import { preflight } from '../../../src/sharing/mcp/preflight.ts';
import { HOUR_MS, World } from './world.ts';

const extension = vscode.extensions.getExtension('bap-identity.bap-authentication') ?? assert.fail();

/** The report's facts about a world, in this VS Code. */
function factsOf(
  world: World,
  storageStatus: () => Promise<StorageStatus> = () =>
    Promise.resolve({ secrets: 'works', shared: 'works', sharedPlace: 'files' }),
) {
  const { sessions, runtime } = world;
  // From another window, so that the extension's own one is not needed.
  const context = { extension: { ...extension, isFromDifferentExtensionHost: false } };
  const log = createLog(runtime.log, runtime.clock, runtime.closed);
  return {
    log,
    gather: (signal = NEVER) => gatherFacts({ context, sessions, storageStatus, runtime, log }, signal),
  };
}

/** The report on a world after a change of its facts. */
async function reportOf(change: (facts: Facts, service: ServiceFacts) => Partial<Facts>): Promise<string> {
  const world = new World();
  await world.clock.run(world.sessions.load());
  const facts = await world.clock.run(factsOf(world).gather());
  const [service = assert.fail()] = facts.services;
  return report({ ...facts, ...change(facts, service) });
}

/** The section of a report under a heading. */
function part(text: string, heading: string): string {
  return text.split(/^## /m).find((each) => each.startsWith(`${heading}\n`)) ?? assert.fail(text);
}

/** The report's findings about a service that responds as described. */
async function found(change: Partial<ServiceFacts>): Promise<string> {
  const text = await reportOf((_, service) => ({ services: [{ ...service, ...change }] }));
  return part(text, 'Findings');
}

describe('the sign-in report', () => {
  it('starts with the verdict, followed by all its facts', async () => {
    const text = await reportOf(() => ({}));
    assert.match(part(text, 'Findings'), /No problems found. Sign-in should work\./);
    assert.match(
      part(text, 'Test'),
      /Server:\*\* the default, `https:\/\/auth\.example`\n.* took 12 ms\n- \*\*Response:\*\* as expected/,
    );
    assert.match(part(text, 'Editor'), new RegExp(`${vscode.version} `));
    assert.match(part(text, 'Editor'), /\*\*Runtime:\*\* `Node \d+\.\d+\.\d+ on \w+ \w+`/);
    assert.match(part(text, 'Proxy and certificates'), /`http\.proxy`:\*\* not set/);
  });

  it('contains only list items, headings, sentences and one code block, so that nothing is markup by accident', async () => {
    const text = await reportOf(() => ({ log: [{ atMs: 0, level: 'warn', text: '[x](command:y)' }] }));
    assert.match(part(text, 'Last log lines'), /^```text\n00:00:00 \[warn\] \[x\]\(command:y\)\n```\n$/m);
    const [before] = text.split('```text');
    for (const line of before?.split('\n') ?? []) assert.match(line, /^(?:#{1,2} | *- |[A-Z][^[\]<>]*$|$)/);
  });

  const settingKeys = { server: 'test.server', client: 'test.client' };
  const FOUND: [name: string, change: Partial<ServiceFacts>, words: RegExp][] = [
    [
      'an unknown failure',
      { check: { answer: 'unknown' } },
      /Couldn’t connect to Test\. See the last log lines/,
    ],
    ['an unknown host name', { check: { answer: 'dns' } }, /The address of Test couldn’t be found\./],
    [
      'a certificate',
      { check: { answer: 'unknownIssuer' } },
      /was issued by an authority that this computer doesn’t trust/,
    ],
    ['a login page', { check: { answer: 'loginPage', tookMs: 1 } }, /A web page responded instead of Test/],
    [
      'a wrong path',
      { check: { answer: 'notFound', status: 404 } },
      /Test was not found at the address in the setting/,
    ],
    [
      'another server',
      { check: { answer: 'notTheService', status: 200 } },
      /The server that responded is not Test\..* `test\.server`/,
    ],
    [
      'a setting that is not a URL',
      { check: { answer: 'badServerSetting' } },
      /The setting `test\.server` is not a web/,
    ],
    [
      'a rejected client ID',
      { settingKeys, check: { answer: 'service', client: 'refused' } },
      /Test rejects the client ID in the setting `test\.client`/,
    ],
    [
      'an unlisted client ID',
      { settingKeys, check: { answer: 'service', client: 'unlisted' } },
      /Test doesn’t recognize the client ID in the setting `test\.client`/,
    ],
    [
      'a clock that is ahead',
      { check: { answer: 'service', aheadMs: 2 * HOUR_MS } },
      /The clocks of this machine and of Test are 2 hours apart/,
    ],
    ['a clock that is behind', { check: { answer: 'service', aheadMs: -2 * HOUR_MS } }, /are 2 hours apart/],
  ];
  for (const [name, change, words] of FOUND) {
    it(`finds ${name}`, async () => {
      assert.match(await found({ address: undefined, ...change }), words);
    });
  }

  it('finds settings that have no effect', async () => {
    const keys = ['bapIdentity.sigma.serverUrl', 'bapIdentity.accountsMenu'];
    const text = await reportOf(({ host }) => ({ host: { ...host, ineffectiveSettings: keys } }));
    assert.match(
      part(text, 'Findings'),
      /workspace have no effect on BAP Identity: `bapIdentity\.sigma\.serverUrl`, `bapIdentity\.accountsMenu`\. Change/,
    );
  });

  it('ignores a clock that is a few seconds off', async () => {
    const check = { answer: 'service', client: 'known', aheadMs: 4_000 } as const;
    assert.match(await found({ check }), /No problem/);
  });

  it('tells how many sessions are still to be ended', async () => {
    for (const [revocationsWaiting, words] of [
      [0, '0'],
      [2, '2'],
      [undefined, 'not known: the storage cannot be opened'],
      ['slow', 'not known: the storage cannot be opened'],
    ] as const)
      assert.ok(
        part(await reportOf(() => ({ revocationsWaiting })), 'Sessions on this machine').includes(
          `**Sessions still to be ended at a service:** ${words}\n`,
        ),
      );
  });

  it('finds lost sessions and unusable storage', async () => {
    const lost = await reportOf(() => ({ startupCheck: { expected: 3, lost: 2 } }));
    assert.match(
      part(lost, 'Findings'),
      vscode.env.uiKind === vscode.UIKind.Web
        ? /Sessions were lost at the last start: the site data of this browser was cleared/
        : /Sessions were lost at the last start because the editor couldn’t keep its secrets/,
    );
    assert.match(part(lost, 'Sessions on this machine'), /lost: 2 of 3/);
    for (const startupCheck of ['slow', undefined] as const)
      assert.match(
        part(await reportOf(() => ({ startupCheck })), 'Findings'),
        /Unlock your system’s keyring/,
      );
    const status = { secrets: 'works', shared: 'fails', sharedPlace: 'files' } as const;
    const full = await reportOf(() => ({ storageStatus: status }));
    assert.match(
      part(full, 'Findings'),
      /The folder for sessions can’t be used.*disk may be full or read-only/,
    );
    assert.doesNotMatch(part(full, 'Findings'), /keyring/);
    assert.match(
      part(full, 'Sessions on this machine'),
      /secret storage; encrypted files \(not working now\)/,
    );
    const locked = await reportOf(() => ({
      storageStatus: { ...status, secrets: 'fails', shared: 'works' },
    }));
    assert.match(part(locked, 'Findings'), /Unlock your system’s keyring/);
  });

  it('blames no disk while the secret storage, which has the key of the folder, fails', async () => {
    const storageStatus = { secrets: 'fails', shared: 'fails', sharedPlace: 'files' } as const;
    const findings = part(await reportOf(() => ({ storageStatus })), 'Findings');
    assert.match(findings, /The secret storage can’t be used\. Unlock your system’s keyring/);
    assert.doesNotMatch(findings, /disk/);
  });

  it('does not wait for storage that does not respond', async () => {
    const world = new World();
    const { gather } = factsOf(world, () => new Promise(() => undefined));
    const facts = await world.clock.run(gather());
    assert.equal(facts.storageStatus, 'slow');
    assert.equal(world.clock.ranMs, 5_000);
  });

  it('stops immediately on Cancel', async () => {
    const world = new World();
    const cancel = new AbortController();
    const reason = new Error('canceled');
    const { gather } = factsOf(world, () => new Promise(() => undefined));
    world.clock.at(1_000, () => {
      cancel.abort(reason);
    });
    await assert.rejects(world.clock.run(gather(cancel.signal)), (error) => error === reason);
    assert.equal(world.clock.ranMs, 1_000);
  });

  describe('with a canary in every place', () => {
    const http = vscode.workspace.getConfiguration('http');
    const ours = vscode.workspace.getConfiguration('bapIdentity');
    const set = async (section: vscode.WorkspaceConfiguration, name: string, value: unknown): Promise<void> =>
      section.update(name, value, vscode.ConfigurationTarget.Global);
    const settings: [name: string, value: unknown][] = [
      ['sigma.serverUrl', 'https://canary-sigma.example'],
      ['sigma.clientId', 'canary-client'],
      ['adom.apiUrl', 'https://canary-adom.example'],
      ['clawnet.apiUrl', 'https://canary-clawnet.example/api'],
      [
        'mcp.servers',
        [{ label: 'canary tools', url: 'https://canary-mcp.example/mcp', provider: 'sigma-identity' }],
      ],
    ];
    const variables = ['HTTPS_PROXY', 'NO_PROXY', 'NODE_EXTRA_CA_CERTS'];

    before(async () => {
      await set(http, 'proxy', 'http://canary-user:canary-password@canary-proxy.example:8080');
      await set(http, 'noProxy', ['canary-host.example']);
      for (const [name, value] of settings) await set(ours, name, value);
      for (const name of variables) process.env[name] = 'http://canary-variable';
      process.env.USERNAME = 'canary-person';
    });
    after(async () => {
      await set(http, 'proxy', undefined);
      await set(http, 'noProxy', undefined);
      for (const [name] of settings) await set(ours, name, undefined);
      for (const name of [...variables, 'USERNAME']) Reflect.deleteProperty(process.env, name);
    });

    it('shows no host that a request went to, now or earlier, whatever came of it', async () => {
      const world = new World();
      await world.signIn(['a']);
      const earlier = 'https://canary-earlier.example';
      world.server = earlier;
      world.sessions.followSettings();
      await world.signIn(['a']);
      const { log, gather } = factsOf(world);
      const { clock } = world;
      const cause = Object.assign(new Error(), { code: 'ENOTFOUND', hostname: 'canary-proxy.example' });
      const answers = [
        () => new Response(null, { status: 302, headers: { location: 'https://canary-target.example' } }),
        () => new Response('canary', { status: 403 }),
        () => {
          throw new TypeError('canary', { cause });
        },
      ];
      const urls = [
        earlier,
        'https://canary-clawnet.example/api/canary',
        'https://canary-intranet/mcp',
        'http://canary-port:8080',
        'https://CANARY.example',
        'https://kanärienvogel.example',
        'https://10.11.12.13',
        'https://[2001:db8::cafe]:8443',
      ];
      for (const answer of answers)
        for (const url of urls) {
          const http = { clock, log, fetch: () => Promise.resolve().then(answer) };
          await clock.run(send(http, { name: 'x', method: 'GET', url }, NEVER));
          await clock.run(preflight(http, url, 'token', NEVER));
        }
      const text = report(await clock.run(gather()));
      assert.doesNotMatch(text, /canary|xn--|10\.11|cafe/i);
      assert.equal(text.match(/from \[host\] \(/g)?.length, 2 * answers.length * urls.length);
      assert.match(text, /`bapIdentity\.mcp\.servers`/);
    });

    it('shows none, on the screen or on the clipboard', async () => {
      const world = new World();
      world.name = 'canary name';
      world.account = 'canary-account';
      world.server = 'https://canary.example/canary';
      world.sessions.followSettings();
      await world.signIn(['canary-scope']);
      const { log, gather } = factsOf(world);
      for (const line of [
        'a token 1 b',
        'canary name (canary-account)',
        'canary.example refused',
        'asked https://canary.example/device?code=canary',
        'for canary@example.com',
        'in /home/canary/x',
        'by canary-person',
        'user code CNRY-2345, device code canary0123456789',
      ])
        log.warn(line);
      const text = report(await world.clock.run(gather()));
      assert.doesNotMatch(text, /canary|CNRY|token 1/i);
      assert.doesNotMatch(text, new RegExp(process.env.HOME ?? 'no home'));
      assert.match(text, /\[warn\] in \[path\]\n/, 'the lines are there');
      assert.match(text, /`http\.proxy`:\*\* set \(address omitted\)/);
      assert.match(text, /`http\.noProxy`:\*\* hosts: 1/);
      for (const name of variables) assert.ok(text.includes(`\`${name}\``), name);
      assert.match(text, /`bapIdentity\.sigma\.clientId`/);
      assert.match(text, /\*\*Server:\*\* not the default/);
      await copyReport(text, log);
      assert.equal(await vscode.env.clipboard.readText(), text);
    });
  });

  it('takes the issues URL from the manifest only', () => {
    assert.equal(bugsAddress({ bugs: { url: 'https://example.com/issues' } }), 'https://example.com/issues');
    assert.equal(bugsAddress({}), undefined);
    assert.equal(bugsAddress({ bugs: {} }), undefined);
  });
});
