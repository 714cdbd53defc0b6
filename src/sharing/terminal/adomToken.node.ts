import { stat } from 'node:fs/promises';

/** Where Adom's workspaces store the session token, and Adom's CLI reads it. */
const FILE = '/var/run/adom/api-key';

/** True in a workspace of Adom, where Adom's CLI needs no token from us. Never rejects. */
export async function adomHasToken(file = FILE): Promise<boolean> {
  try {
    const found = await stat(file);
    return found.isFile() && found.size > 0;
  } catch {
    return false; // missing, or not readable for this user
  }
}
