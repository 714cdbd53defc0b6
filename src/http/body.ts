/** What is kept of an answer. The longest known one is a list of identities with pictures. */
export const MAX_BODY_CHARACTERS = 4 * 1024 * 1024;
/**
 * A longer string in JSON is read as an empty one. Some servers keep a photo as a `data:` URI in a claim: it must cost
 * the user the picture, not the sign-in.
 */
const MAX_STRING_CHARACTERS = 256 * 1024;
/** What is read of an answer at most, with the strings that are dropped. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

class AnswerTooLargeError extends Error {
  override readonly name = 'AnswerTooLargeError';
}

/** Reads a whole JSON body, or any other text. Rejects if the connection breaks or the body is too large. */
export async function readBody(body: ReadableStream<Uint8Array> | null): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  const strings = new StringFilter();
  let text = '';
  for (let bytes = 0; ;) {
    const { done, value } = await reader.read();
    if (done) return text + strings.filter(decoder.decode()) + strings.rest();
    bytes += value.byteLength;
    text += strings.filter(decoder.decode(value, { stream: true }));
    if (bytes > MAX_BODY_BYTES || text.length > MAX_BODY_CHARACTERS) {
      await reader.cancel();
      throw new AnswerTooLargeError();
    }
  }
}

/** Empties the long strings of a JSON text that comes in pieces. */
class StringFilter {
  /** The string that the last piece ended in, from its opening quote. Undefined outside of strings. */
  #open: string | undefined;
  /** The open string is too long already, and its characters are dropped. */
  #isDropping = false;
  #isEscaped = false;

  /** Returns the piece without long strings. A string that is still open is held back. */
  filter(piece: string): string {
    let kept = '';
    for (let at = 0; at < piece.length;) {
      if (this.#open === undefined) {
        const quote = piece.indexOf('"', at);
        kept += piece.slice(at, quote === -1 ? undefined : quote);
        if (quote === -1) return kept;
        this.#open = '"';
        at = quote + 1;
      } else {
        const end = this.#endOfString(piece, at);
        this.#hold(piece.slice(at, end));
        at = end ?? piece.length;
        if (end !== undefined) kept += this.#close();
      }
    }
    return kept;
  }

  /** The string that was never closed: then the text is no JSON. */
  rest(): string {
    return this.#open ?? '';
  }

  /** The index after the closing quote, or undefined if it is in a later piece. */
  #endOfString(piece: string, from: number): number | undefined {
    const special = /["\\]/g;
    for (special.lastIndex = this.#isEscaped ? from + 1 : from; ;) {
      this.#isEscaped = false;
      const found = special.exec(piece);
      if (found === null) return undefined;
      if (found[0] === '"') return special.lastIndex;
      this.#isEscaped = special.lastIndex === piece.length;
      special.lastIndex++;
      if (this.#isEscaped) return undefined;
    }
  }

  #hold(part: string): void {
    if (this.#isDropping) return;
    this.#open = `${this.#open ?? ''}${part}`;
    this.#isDropping = this.#open.length > MAX_STRING_CHARACTERS;
    if (this.#isDropping) this.#open = '"';
  }

  #close(): string {
    const closed = this.#isDropping ? '""' : (this.#open ?? '');
    this.#open = undefined;
    this.#isDropping = false;
    return closed;
  }
}
