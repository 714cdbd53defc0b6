import { ensureChromium } from './chromium.ts';
import { ensureCodeServer } from './fetchCodeServer.ts';

/** Brings what real VS Code in a browser needs; instant when it is all there. */
export async function install(): Promise<{ chromium: string }> {
  const [chromium] = await Promise.all([ensureChromium(), ensureCodeServer()]);
  return { chromium };
}
