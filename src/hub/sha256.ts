// SHA-256 of a file that comes in pieces. The browser's own digest is fast but takes whole buffers only, so the sum over a file is
// made in JavaScript, in slices between which the page can draw and answer.
import { sha256 } from '@noble/hashes/sha2.js';

/** Some milliseconds of work. */
const SLICE_BYTES = 2 ** 20;

export class StreamedSha256 {
  readonly #hash = sha256.create();
  #last: Promise<void> = Promise.resolve();

  /** Adds bytes; resolves when they may be changed again. Calls may overlap: they are taken in order. */
  update(bytes: Uint8Array): Promise<void> {
    this.#last = this.#last.then(async () => {
      for (let at = 0; at < bytes.length; at += SLICE_BYTES) {
        this.#hash.update(bytes.subarray(at, at + SLICE_BYTES));
        await letOthersRun();
      }
    });
    return this.#last;
  }

  /** In hexadecimal. Ends the sum. */
  async digest(): Promise<string> {
    await this.#last;
    return hexOf(this.#hash.digest());
  }
}

/** The SHA-256 of a buffer, computed by the browser beside the page. */
export async function digestOf(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A turn of the event loop, without the wait that timers have in background tabs. */
function letOthersRun(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(undefined);
  });
}
