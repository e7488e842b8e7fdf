import { HEAD_BYTES } from '@aurora/chat/kind';

/** The first bytes of a file, from which it is told what it is; none if it cannot be read any more. */
export async function headOf(content: Blob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await content.slice(0, HEAD_BYTES).arrayBuffer());
  } catch {
    return new Uint8Array();
  }
}
