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
 * Call this first. VS Code stores a persistent collection in clear text, all of it at each change, so it must not be
 * persistent while it holds one of the `secretNames`. In an extension host that restarts after a crash, it holds what it
 * held before, but says that it is persistent. Changes no value: a terminal that is open would look stale.
 */
export function keepSecretsUnstored(collection: Collection, secretNames: readonly string[]): void {
  if (secretNames.some((name) => collection.get(name) !== undefined)) setPersistent(collection, false);
}

/**
 * Makes the collection hold these values and no others. Without a secret it is persistent, so that a terminal that VS
 * Code opens before this extension starts has them, too. Changes nothing that is already right.
 */
export function fill(
  collection: Collection,
  values: Readonly<Record<string, string>>,
  description: string | undefined,
  secretNames: readonly string[],
): void {
  const hasSecret = secretNames.some((name) => name in values);
  if (hasSecret) setPersistent(collection, false); // before the secret is there
  if (collection.description !== description) collection.description = description;
  for (const name of [...IDENTITY_VARIABLES, ...secretNames]) {
    const value = values[name];
    const current = collection.get(name)?.value;
    if (value === current) continue;
    if (value === undefined) collection.delete(name);
    else collection.replace(name, value);
  }
  if (!hasSecret) setPersistent(collection, true); // after the secret is gone
}

function setPersistent(collection: Collection, persistent: boolean): void {
  // VS Code sends and stores the collection even if this changes nothing.
  if (collection.persistent !== persistent) collection.persistent = persistent;
}
