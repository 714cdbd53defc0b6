// Makes the README's pictures from a real sign-in with the reference service: npm run pictures
import { writeFile } from 'node:fs/promises';
import type { Locator } from 'playwright-core';
import { startSigmaServer } from '../servers/sigma.ts';
import { Workbench } from '../e2e/workbench.ts';
import { toGif, type Frame } from './gif.ts';

const SIZE = { width: 960, height: 600 };
/** The Marketplace shows a page with larger pictures slowly. */
const MAX_BYTES = 1_500_000;
const STEPS = 6;

const sigma = await startSigmaServer({ intervalSeconds: 1 });
const workbench = await Workbench.open({
  'bapIdentity.sigma.serverUrl': sigma.url,
  'bapIdentity.accountsMenu': ['sigma-identity'],
});
const { page } = workbench;
const frame = workbench.webview;
/** The reference service stands in for the real one. */
const nameTheService = `for (const line of document.querySelectorAll('main > header p'))
  line.textContent = line.textContent.replace(/127\\.0\\.0\\.1:\\d+/, 'auth.sigmaidentity.com')`;
const frames: Frame[] = [];
let pointer = { x: SIZE.width / 2, y: SIZE.height / 2 };

try {
  await page.setViewportSize(SIZE);
  await workbench.waitForAccountsEntry(/^Sign in with Sigma Identity/);
  await show(800);

  await moveTo(page.getByRole('button', { name: /^Accounts/ }));
  await workbench.accountsEntry(/^Sign in with Sigma Identity/);
  await show(900);
  await moveTo(page.getByRole('menuitem', { name: /^Sign in with Sigma Identity/ }));
  await workbench.chooseInAccountsMenu(/^Sign in with Sigma Identity/);
  const code = await workbench.userCode('Sigma Identity');
  await show(2_000);

  await clickLink('Copy code');
  await show(1_200);
  await clickLink('Show QR code');
  await frame.locator('svg').waitFor();
  await show(2_500);

  await sigma.approve(code);
  await workbench.notification('Signed in to Sigma Identity').waitFor();
  await show(2_500);
  await workbench.run('BAP Identity: Show Identity…');
  await frame.getByRole('heading', { name: 'satoshi' }).waitFor();
  await show(3_500);

  const gif = toGif(frames);
  if (gif.length > MAX_BYTES) throw new Error(`The moving picture has ${gif.length} bytes.`);
  await writeFile('media/sign-in.gif', gif);
  console.log(`media/sign-in.gif: ${frames.length} pictures, ${gif.length} bytes`);

  // The identity, in a light theme.
  await workbench.useTheme('Light Modern');
  await page.setViewportSize({ width: SIZE.width, height: 2 * SIZE.height });
  await frame.getByRole('button', { name: /^BAP ID/ }).click();
  await frame.getByText('Copied').first().waitFor();
  for (const each of page.frames()) await each.evaluate(nameTheService);
  await page.evaluate(`document.getElementById('drawn-pointer').remove()`);
  await frame.locator('main').screenshot({ path: 'media/identity.png' });
} finally {
  await workbench.close();
  await sigma.close();
}

async function clickLink(name: string): Promise<void> {
  const link = workbench.notification('Sign in with Sigma Identity').getByRole('link', { name });
  await moveTo(link);
  await link.click();
}

/** Adds the window as it is now. */
async function show(showMs: number): Promise<void> {
  frames.push({ png: await page.screenshot(), showMs });
}

/** Moves a drawn pointer to the middle of an element: a screenshot shows no mouse. */
async function moveTo(element: Locator): Promise<void> {
  const box = await element.boundingBox();
  if (box === null) throw new Error('nothing to point at');
  const from = pointer;
  const to = { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  for (let step = 1; step <= STEPS; step++) {
    const part = (1 - Math.cos((Math.PI * step) / STEPS)) / 2;
    pointer = { x: from.x + (to.x - from.x) * part, y: from.y + (to.y - from.y) * part };
    await page.evaluate(drawPointer(pointer));
    await show(step === STEPS ? 350 : 60);
  }
}

function drawPointer({ x, y }: { x: number; y: number }): string {
  const arrow = `<svg width="22" height="26" viewBox="0 0 22 26"><path d="M2 1 V21 L7.5 16 L11 24 L14.5 22.5 L11 15 H18.5 Z" fill="white" stroke="black" stroke-width="1.5"/></svg>`;
  return `(() => {
    const id = 'drawn-pointer';
    const old = document.getElementById(id);
    const element = old ?? document.body.appendChild(Object.assign(document.createElement('img'), {
      id, src: 'data:image/svg+xml,' + encodeURIComponent('${arrow.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"')}'),
    }));
    element.style.cssText = 'position:fixed;z-index:100000;pointer-events:none;left:${x}px;top:${y}px';
    return element.decode();
  })()`;
}
