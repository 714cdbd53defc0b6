import * as z from 'zod/mini';

/** The value in a JSON text. Undefined for a text that is not JSON or has another shape, as of a later version. */
export function parseJson<T>(schema: z.ZodMiniType<T>, text: string): T | undefined {
  try {
    return z.safeParse(schema, JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
