import type { ReplyOf, RequestOf } from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Account } from '../session/state.ts';

export async function publishKeyPackages(
  { ports }: Context,
  { device }: Account,
  { packages, lastResort }: RequestOf<'publish_key_packages'>,
): Promise<ReplyOf<'publish_key_packages'>> {
  return { waiting: await ports.keyPackages.publish(device, packages, lastResort) };
}

/** Each is given out once: whoever asks takes it. */
export async function keyPackages(
  { ports }: Context,
  { identities }: RequestOf<'key_packages'>,
): Promise<ReplyOf<'key_packages'>> {
  const { packages, gone } = await ports.keyPackages.take([...new Set(identities)]);
  return { packages: [...packages], gone: [...gone] };
}
