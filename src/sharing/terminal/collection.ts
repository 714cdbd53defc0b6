import type * as vscode from 'vscode';

import { IDENTITY_VARIABLES } from './variables.ts';

/** What is used of VS Code's collection. */
export interface Collection extends Pick<
  vscode.GlobalEnvironmentVariableCollection,
  'persistent' | 'description' | 'replace' | 'delete'
> {
  get(name: string): { readonly value: string } | undefined;
}

/**
 * Makes the collection hold these values and no others. VS Code stores a persistent collection in clear text, for the
 * terminals that a window opens before this extension starts. So it never is persistent while it holds one of the
 * `secretNames`, not even between two changes: VS Code stores the whole collection at each of them. In an extension
 * host that restarts after a crash, it holds what it held before, and says that it is persistent.
 */
export function fill(
  collection: Collection,
  values: Readonly<Record<string, string>>,
  description: string | undefined,
  secretNames: readonly string[],
): void {
  const willHoldSecret = secretNames.some((name) => name in values);
  if (willHoldSecret || secretNames.some((name) => collection.get(name) !== undefined))
    setPersistent(collection, false);
  if (collection.description !== description) collection.description = description;
  for (const name of [...IDENTITY_VARIABLES, ...secretNames]) {
    const value = values[name];
    const current = collection.get(name)?.value;
    if (value === current) continue;
    if (value === undefined) collection.delete(name);
    else collection.replace(name, value);
  }
  if (!willHoldSecret) setPersistent(collection, true);
}

function setPersistent(collection: Collection, persistent: boolean): void {
  if (collection.persistent !== persistent) collection.persistent = persistent;
}
