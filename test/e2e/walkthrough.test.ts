import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { Locator } from 'playwright-core';
import { services, type RunningService } from './services.ts';
import { dependentTests } from './steps.ts';
import { Workbench } from './workbench.ts';

const [sigma] = services;

describe('the walkthrough', () => {
  let service: RunningService;
  let workbench: Workbench;
  before(async () => {
    assert.ok(sigma);
    service = await sigma.start();
    workbench = await Workbench.open(service.settings);
  });
  after(async () => {
    await workbench.close();
    await service.close();
  });
  dependentTests('walkthrough', () => workbench);

  const step = (title: string): Locator =>
    workbench.page.locator('.getting-started-step', {
      has: workbench.page.locator('.step-title', { hasText: new RegExp(`^${title}$`) }),
    });
  const isDone = (title: string) => async (): Promise<boolean> =>
    (await step(title).locator('.codicon.complete').count()) > 0;

  it('opens on request only', async () => {
    await workbench.waitForAccountsEntry(/^Sign in with Sigma Identity/); // the extension is active
    assert.equal(await workbench.page.getByText('Get started with BAP Identity').count(), 0);
    await workbench.run('Welcome: Open Walkthrough...');
    await workbench.listItem('Get started with BAP Identity').click();
    await step('Sign in').waitFor();
    await workbench.screenshot('walkthrough-dark');
  });

  it('completes its step on sign-in', async () => {
    await step('Sign in').click();
    await workbench.page.getByRole('button', { name: 'Sign In…', exact: true }).click();
    assert.ok(sigma);
    await workbench.listItem(sigma.label).click();
    await service.approve(await workbench.userCode(sigma.label));
    await workbench.until(isDone('Sign in'), 'the tick of the step');
    await workbench.screenshot('walkthrough-signed-in');
  });

  for (const title of ['Use it with extensions and agents', 'Your privacy', 'What you get'])
    it(`shows the step “${title}”`, async () => {
      await step(title).click();
      const picture = workbench.page.locator('.getting-started-media img');
      await picture.waitFor();
      await workbench.until(
        async () =>
          (await picture.evaluate('document.querySelector(".getting-started-media img").naturalWidth')) !== 0,
        'the picture',
      );
      await workbench.screenshot(`walkthrough-${title.replaceAll(' ', '-').toLowerCase()}`);
    });

  it('follows a light theme', async () => {
    await workbench.run('Preferences: Toggle between Light/Dark Themes');
    await step('Sign in').click();
    await workbench.screenshot('walkthrough-light');
  });
});
