import type { ReplyOf, RequestOf } from '@aurora/protocol';
import type { Context } from '../context.ts';

/** A credential proves itself by its device's id, so anybody may have anybody's. SPEC [ID3]. */
export async function credentials(
  { ports }: Context,
  { devices }: RequestOf<'credentials'>,
): Promise<ReplyOf<'credentials'>> {
  const found = await ports.directory.find([...new Set(devices)]);
  return { credentials: found.map(({ credential }) => credential) };
}
