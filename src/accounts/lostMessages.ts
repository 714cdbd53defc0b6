import * as vscode from 'vscode';
import * as z from 'zod/mini';

/** VS Code 1.110 and later have this member. */
const Portable = z.object({ isAppPortable: z.literal(true) });

/** `env` is `vscode.env`, whose newer members are missing from our types. */
export function isPortable(env: unknown): boolean {
  return z.safeParse(Portable, env).success;
}

/** Where the extension runs, as far as it explains how sessions can get lost. */
export type LossPlace = 'browser' | 'browserWithServer' | 'portable' | 'desktop';

const Node = z.object({ process: z.object({ versions: z.object({ node: z.string() }) }) });

/** In Theia, a window in a browser has a server without being remote. */
export function lossPlace(
  env: Pick<typeof vscode.env, 'uiKind' | 'remoteName'>,
  runsInNode = z.safeParse(Node, globalThis).success,
): LossPlace {
  if (env.uiKind === vscode.UIKind.Web)
    return env.remoteName === undefined && !runsInNode ? 'browser' : 'browserWithServer';
  return isPortable(env) ? 'portable' : 'desktop';
}

/** Says that the sessions with a service were lost, and why. */
export function lostMessage(label: string, place: LossPlace): string {
  switch (place) {
    case 'browser':
      return vscode.l10n.t(
        'You have been signed out of {0}: this browser no longer has your session, because its site data was cleared or its window was private. Sign in again, or learn how to stay signed in.',
        label,
      );
    case 'browserWithServer':
      return vscode.l10n.t(
        'You have been signed out of {0}: the site data of this browser was cleared, its window was private, or the server couldn’t keep your session. Sign in again, or learn how to stay signed in.',
        label,
      );
    case 'portable':
      return vscode.l10n.t(
        'You have been signed out of {0}: VS Code couldn’t keep your session. It is running in portable mode, where stored secrets can be lost. Sign in again, or learn how to stay signed in.',
        label,
      );
    case 'desktop':
      return vscode.l10n.t(
        'You have been signed out of {0}: VS Code couldn’t keep your session, most likely because this system has no keyring. Sign in again, or learn how to stay signed in.',
        label,
      );
  }
}

/** The same in the sign-in report, about all services. */
export function lossFinding(place: LossPlace): string {
  switch (place) {
    case 'browser':
      return vscode.l10n.t(
        'Sessions were lost at the last start: the site data of this browser was cleared, or its window was private.',
      );
    case 'browserWithServer':
      return vscode.l10n.t(
        'Sessions were lost at the last start: the site data of this browser was cleared, its window was private, or the server couldn’t keep your session.',
      );
    case 'portable':
      return vscode.l10n.t(
        'Sessions were lost at the last start: the editor is running in portable mode, where stored secrets can be lost.',
      );
    case 'desktop':
      return vscode.l10n.t(
        'Sessions were lost at the last start because the editor couldn’t keep its secrets. Most likely, this system has no keyring.',
      );
  }
}
