import * as vscode from 'vscode';
import * as z from 'zod/mini';

/**
 * The value of `bapIdentity.{name}` now: the person's own, or the default. Undefined for a value of the wrong kind.
 * It does not use `get`, because VS Code 1.106 merges a nested value of a folder (`"bapIdentity.sigma": {…}`) into
 * settings that no folder may change. Later versions still do so if that value is no object.
 */
export function readSetting<T>(name: string, schema: z.ZodMiniType<T>): T | undefined {
  const found = inspect(name);
  return z.safeParse(schema, found?.globalValue ?? found?.defaultValue).data;
}

/** The default of the same setting, as the manifest has it. Undefined for a value of the wrong kind. */
export function readDefault<T>(name: string, schema: z.ZodMiniType<T>): T | undefined {
  return z.safeParse(schema, inspect(name)?.defaultValue).data;
}

function inspect(name: string) {
  return vscode.workspace.getConfiguration('bapIdentity').inspect<unknown>(name);
}
