import * as vscode from 'vscode';
import * as z from 'zod/mini';

/** VS Code 1.110 and later say so. */
const Portable = z.object({ isAppPortable: z.literal(true) });

/** True in portable mode. `env`: `vscode.env`, which has members in newer versions that our types do not have. */
export function isPortable(env: unknown): boolean {
  return z.safeParse(Portable, env).success;
}

/**
 * Says that the sessions with a service are gone, and why. `label`: the service's name. `env`: see `isPortable`.
 */
export function lostMessage(label: string, env: unknown): string {
  return isPortable(env)
    ? vscode.l10n.t(
        'You are signed out of {0}: VS Code could not keep your session. It runs in portable mode, which can lose what it keeps secret. Sign in again, or learn how to make it last.',
        label,
      )
    : vscode.l10n.t(
        'You are signed out of {0}: VS Code could not keep your session, most likely because this system has no keyring. Sign in again, or learn how to make it last.',
        label,
      );
}
