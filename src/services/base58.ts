/** Bitcoin's alphabet. It has no 0, O, I and l, because people mistake them for each other. */
const ALPHABET = '123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';

/**
 * The bytes of a text in plain base58: without a version and a checksum. A `1` at the start is a byte 0.
 * Undefined for a text with any other character. The time grows with the square of the length: limit the length of
 * a text from outside first.
 */
export function decodeBase58(text: string): Uint8Array<ArrayBuffer> | undefined {
  /** The number so far, its lowest byte first. */
  const bytes: number[] = [];
  for (const character of text) {
    let carry = ALPHABET.indexOf(character);
    if (carry < 0) return undefined;
    for (const [at, byte] of bytes.entries()) {
      carry += byte * ALPHABET.length;
      bytes[at] = carry & 0xff;
      carry >>= 8;
    }
    if (carry > 0) bytes.push(carry);
  }
  const zeros = text.length - text.replace(/^1+/, '').length;
  return new Uint8Array([...new Array<number>(zeros).fill(0), ...bytes.reverse()]);
}
