import type { Bytes } from '@aurora/protocol';
import { fromBase64Url } from '../../base64url.ts';
import { ChatError } from '../../failures.ts';

/** The 16 bytes of an invite's secret as it stands in a link. Throws ChatError. */
export function secretOf(link: string): Bytes {
  const secret = fromBase64Url(link);
  if (secret === null || secret.length !== 16)
    throw new ChatError({
      code: 'invite_malformed',
      message: 'This invite link is not whole. Copy it again, from its start to its end.',
    });
  return secret;
}
