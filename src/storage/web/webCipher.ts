const NONCE_BYTES = 12;
const KEY_BYTES = 32;

/** Encrypts the stored sessions with AES-256-GCM, with the Web Crypto API. */
export class WebCipher {
  /** The key in base64. Secret. */
  readonly key: string;
  /** Identifies the key without revealing it. */
  readonly name: string;
  readonly #key: Key;

  private constructor(key: string, name: string, imported: Key) {
    this.key = key;
    this.name = name;
    this.#key = imported;
  }

  static async create(): Promise<WebCipher> {
    const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
    return WebCipher.#import(toBase64(bytes), bytes);
  }

  /** Undefined for an invalid key. */
  static async of(key: string): Promise<WebCipher | undefined> {
    const bytes = fromBase64(key);
    return bytes?.length === KEY_BYTES ? WebCipher.#import(key, bytes) : undefined;
  }

  static async #import(key: string, bytes: Bytes): Promise<WebCipher> {
    const imported = await crypto.subtle.importKey('raw', bytes, 'AES-GCM', false, ['encrypt', 'decrypt']);
    return new WebCipher(key, await hashOf(`bap-identity: name of the key ${key}`), imported);
  }

  /** The text in base64, bound to the id of its session. */
  encrypt(id: string, text: string): Promise<string> {
    return encryptWith(this.#key, `bap-identity: session 1 ${id}`, text);
  }

  /** Undefined for what was not encrypted with this key for this id. */
  decrypt(id: string, encrypted: string): Promise<string | undefined> {
    return decryptWith(this.#key, `bap-identity: session 1 ${id}`, encrypted);
  }
}

/** The text in base64. The same context must be given to decrypt it. */
export async function encryptWith(key: Key, context: string, text: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const encrypted = await crypto.subtle.encrypt(algorithm(iv, context), key, new TextEncoder().encode(text));
  return toBase64(Uint8Array.from([...iv, ...new Uint8Array(encrypted)]));
}

/** Undefined for what was not encrypted with this key and this context. */
export async function decryptWith(key: Key, context: string, encrypted: string): Promise<string | undefined> {
  const bytes = fromBase64(encrypted);
  if (bytes === undefined) return undefined;
  try {
    const iv = bytes.subarray(0, NONCE_BYTES);
    const text = await crypto.subtle.decrypt(algorithm(iv, context), key, bytes.subarray(NONCE_BYTES));
    return new TextDecoder().decode(text);
  } catch {
    return undefined; // it is from someone else, or damaged
  }
}

function algorithm(iv: Bytes, context: string) {
  return { name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(context) } as const;
}

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

/** Sixteen characters that do not reveal the text. */
export async function hashOf(text: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const digits = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0'));
  return digits.join('').slice(0, 16);
}
