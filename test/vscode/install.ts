import { ensureChromium } from './chromium.ts';
import { ensureCodeServer } from './fetchCodeServer.ts';

/** Installs what VS Code in a browser needs. Fast when everything is there. */
export async function install(): Promise<{ chromium: string }> {
  const [chromium] = await Promise.all([ensureChromium(), ensureCodeServer()]);
  return { chromium };
}
