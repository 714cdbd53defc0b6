import { stat } from 'node:fs/promises';

/** Adom's workspaces keep the session token here, and Adom's command line reads it. */
const FILE = '/var/run/adom/api-key';

/** True in a workspace of Adom, where Adom's command line needs no token from us. Never rejects. */
export async function adomHasToken(file = FILE): Promise<boolean> {
  try {
    const found = await stat(file);
    return found.isFile() && found.size > 0;
  } catch {
    return false; // not there, or not for this person
  }
}
