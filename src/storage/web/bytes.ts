/** Bytes as WebCrypto takes them. */
export type Bytes = Uint8Array<ArrayBuffer>;
/** A key of WebCrypto. Its name differs between the types of Node and those of web workers. */
export type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

export function toBase64(bytes: Bytes): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

/** Undefined for a text that is not base64. */
export function fromBase64(text: string): Bytes | undefined {
  try {
    return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

/** Sixteen characters that do not tell the text. */
export async function hashOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const digits = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0'));
  return digits.join('').slice(0, 16);
}
