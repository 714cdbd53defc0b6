import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { parse } from 'yaml';
import * as z from 'zod/mini';

const Step = z.object({
  uses: z.optional(z.string()),
  run: z.optional(z.string()),
  env: z.optional(z.record(z.string(), z.unknown())),
});
const Permissions = z.record(z.string(), z.string());
const Job = z.object({
  permissions: z.optional(Permissions),
  env: z.optional(z.unknown()),
  steps: z.array(Step),
});
const Workflow = z.object({
  permissions: Permissions,
  env: z.optional(z.unknown()),
  jobs: z.record(z.string(), Job),
});

const files = globSync('.github/workflows/*.yml').map((file) => ({ file, text: readFileSync(file, 'utf8') }));
const workflows = files.map(({ file, text }) => ({ file, ...Workflow.parse(parse(text)) }));
const jobs = workflows.flatMap(({ file, permissions, jobs: all }) =>
  Object.entries(all).map(([name, job]) => ({
    name: `${file} ${name}`,
    ...job,
    permissions: job.permissions ?? permissions,
  })),
);
const steps = jobs.flatMap((job) => job.steps.map((step) => ({ job: job.name, ...step })));

describe('the workflows', () => {
  it('are there', () => {
    assert.ok(files.length >= 2);
    assert.ok(steps.length > 10);
  });

  it('use each action at a commit, which nobody can move, and say its version', () => {
    for (const { file, text } of files)
      for (const [line] of text.matchAll(/^.*\buses:.*$/gm))
        assert.match(line, /uses: [\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, file);
  });

  it('use one commit of each action', () => {
    const used = new Set(steps.flatMap(({ uses }) => uses ?? []));
    const actions = [...used].map((uses) => uses.split('@')[0]);
    assert.equal(new Set(actions).size, actions.length);
  });

  it('run only tools in a lock file', () => {
    for (const { job, run = '' } of steps)
      assert.doesNotMatch(run, /\b(?:npx|npm (?:exec|i|install)|curl|wget|pnpm|yarn)\b/, job);
  });

  it('write nothing but attestations', () => {
    for (const { name, permissions } of jobs)
      for (const [scope, level] of Object.entries(permissions))
        assert.ok(
          level === 'read' || (name.endsWith(' attest') && ['id-token', 'attestations'].includes(scope)),
          `${name}: ${scope} ${level}`,
        );
  });

  it('give a secret to the one step that publishes, in jobs that install nothing else', () => {
    for (const { file, text } of files) {
      const { env } = Workflow.parse(parse(text));
      assert.equal(env, undefined, file);
    }
    for (const job of jobs) {
      assert.equal(JSON.stringify(job.env ?? '').includes('secrets.'), false, job.name);
      const secret = job.steps.filter((step) => JSON.stringify(step).includes('secrets.'));
      if (secret.length === 0) continue;
      const [step = assert.fail()] = secret;
      assert.equal(secret.length, 1, job.name);
      assert.match(step.run ?? '', /^node \.github\/publish\/node_modules\/\S+ publish /);
      const others = job.steps.flatMap(({ run }) => run ?? []).filter((run) => run !== step.run);
      assert.deepEqual(others, ['npm ci --ignore-scripts'], job.name);
    }
  });

  it('publish with tools of one version each, which Dependabot moves with the actions', () => {
    const Tools = z.object({ dependencies: z.record(z.string(), z.string()) });
    const { dependencies } = Tools.parse(JSON.parse(readFileSync('.github/publish/package.json', 'utf8')));
    assert.deepEqual(Object.keys(dependencies).sort(), ['@vscode/vsce', 'ovsx']);
    for (const version of Object.values(dependencies)) assert.match(version, /^\d+\.\d+\.\d+$/);
    const Dependabot = z.object({
      updates: z.array(z.object({ 'package-ecosystem': z.string(), directory: z.string() })),
    });
    const { updates } = Dependabot.parse(parse(readFileSync('.github/dependabot.yml', 'utf8')));
    const places = updates.map((update) => `${update['package-ecosystem']} ${update.directory}`);
    assert.deepEqual(places, ['github-actions /', 'npm /.github/publish']);
  });
});
