import type { Bytes } from '@aurora/protocol';
import {
  type CiphersuiteImpl,
  type ClientState,
  createCommit,
  type FramedContent,
  type Proposal,
  type PublicMessage,
} from 'ts-mls';
import { configOf, type Group } from '../../src/group/group.ts';
import { authenticationBy } from '../../src/group/leaf.ts';
import { suiteOf } from '../../src/group/suite.ts';
import { decodeMessage, encodeMessage } from '../../src/group/wire.ts';
import type { Resolve } from '../../src/groups.ts';
import type { Device } from '../../src/index.ts';

/** What a member does who uses the library without this package's rules. */
export interface Forgery {
  readonly proposals?: readonly Proposal[];
  /** Primitives that lie. */
  readonly suite?: (suite: CiphersuiteImpl) => CiphersuiteImpl;
  /** What the member would have its own state be. */
  readonly state?: (state: ClientState) => ClientState;
  readonly authenticatedData?: Uint8Array;
}

/** A commit signed by a member, and fit for nothing. */
export async function forgedCommit(
  group: Group,
  device: Device,
  resolve: Resolve,
  forgery: Forgery = {},
): Promise<{ readonly frame: Bytes; readonly state: ClientState }> {
  const { proposals = [], suite = (one) => one, state = (one) => one, authenticatedData } = forgery;
  const made = await createCommit(
    {
      state: state({ ...group.mls, clientConfig: configOf(authenticationBy(await resolve([]))) }),
      cipherSuite: suite(suiteOf(device)),
    },
    {
      wireAsPublicMessage: true,
      extraProposals: [...proposals],
      ratchetTreeExtension: true,
      ...(authenticatedData && { authenticatedData }),
    },
  );
  return { frame: encodeMessage(made.commit), state: made.newState };
}

/** A suite that seals nonsense to those whose turn says so. */
export function sealingNonsense(
  suite: CiphersuiteImpl,
  isSpoilt: (turn: number) => boolean,
): CiphersuiteImpl {
  let turn = 0;
  const seal: CiphersuiteImpl['hpke']['seal'] = async (key, plain, info, aad) => {
    const { ct, enc } = await suite.hpke.seal(key, plain, info, aad);
    turn += 1;
    return { ct: isSpoilt(turn - 1) ? new Uint8Array(ct.length) : ct, enc };
  };
  return { ...suite, hpke: { ...suite.hpke, seal } };
}

type Content = Extract<FramedContent, { contentType: 'commit' }>;

/** A commit with other content under the signature that it had: for what must be refused before anybody looks at signatures. */
export function rewritten(frame: Bytes, edit: (content: Content) => Content): Bytes {
  const message = decodeMessage(frame, 'commit_malformed');
  if (message.wireformat !== 'mls_public_message') throw new TypeError(message.wireformat);
  const { content } = message.publicMessage;
  if (content.contentType !== 'commit') throw new TypeError(content.contentType);
  const publicMessage = { ...message.publicMessage, content: edit(content) } as PublicMessage;
  return encodeMessage({ ...message, publicMessage });
}

/** The same with these proposals instead of its own. */
export function proposing(frame: Bytes, ...proposals: Proposal[]): Bytes {
  return rewritten(frame, (content) => ({
    ...content,
    commit: {
      ...content.commit,
      proposals: proposals.map((proposal) => ({ proposalOrRefType: 'proposal', proposal })),
    },
  }));
}
