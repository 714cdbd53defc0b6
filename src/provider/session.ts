import type * as vscode from 'vscode';

import type { LiveSession } from '../sessions/record.ts';

/** VS Code passes an ID token on since 1.106. The types of earlier versions have no member for it. */
type SessionWithIdToken = vscode.AuthenticationSession & { readonly idToken?: string };

/** The account of a session, as VS Code and the API name it. */
export function accountOf({ person }: LiveSession): vscode.AuthenticationSessionAccountInformation {
  return { id: person.accountId, label: person.accountLabel };
}

/** A session as VS Code gets it. `scopes`: as the caller has asked for them. */
export function toSession(
  record: LiveSession,
  scopes: readonly string[] = record.scopes,
): SessionWithIdToken {
  const { accessToken, idToken } = record.grant;
  const { id } = record;
  return { id, accessToken, account: accountOf(record), scopes, ...(idToken !== undefined && { idToken }) };
}

/**
 * VS Code removes its sign-in entry from the Accounts menu when a session with the same scopes is added. It stores an
 * empty list of scopes as one empty scope (seen in 1.139), so the event has one.
 */
export function announced(session: vscode.AuthenticationSession): vscode.AuthenticationSession {
  return session.scopes.length === 0 ? { ...session, scopes: [''] } : session;
}
