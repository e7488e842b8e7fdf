import {
  type CiphersuiteImpl,
  type ClientState,
  createCommit,
  createGroup,
  decodeMlsMessage,
  defaultCapabilities,
  defaultLifetime,
  emptyPskIndex,
  encodeMlsMessage,
  generateKeyPackage,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  type KeyPackage,
  type PrivateKeyPackage,
  type Proposal,
  processPublicMessage,
  type Welcome,
} from 'ts-mls';

interface Made {
  readonly seat: ClientState;
  readonly commit: Uint8Array<ArrayBuffer>;
  readonly welcomes: readonly unknown[];
  readonly welcomeBytes: number;
  readonly infoBytes: number;
}

interface Offer {
  readonly open: KeyPackage;
  readonly secret: PrivateKeyPackage;
}

const id = new TextEncoder().encode('bench');

/** For the benchmark, beside our groups: the same library as it comes, with classic keys (ciphersuite 1, X25519), its own primitives, no rules but MLS's. */
export async function classicMls() {
  const name = getCiphersuiteFromName('MLS_128_DHKEMX25519_AES128GCM_SHA256_Ed25519');
  const suite: CiphersuiteImpl = await getCiphersuiteImpl(name);

  async function offer(number: number): Promise<Offer> {
    const identity = new TextEncoder().encode(`Guest ${number}`);
    const credential = { credentialType: 'basic', identity } as const;
    const made = await generateKeyPackage(credential, defaultCapabilities(), defaultLifetime, [], suite);
    return { open: made.publicPackage, secret: made.privatePackage };
  }

  async function commit(state: ClientState, extraProposals: Proposal[]): Promise<Made> {
    const made = await createCommit(
      { state, cipherSuite: suite },
      { wireAsPublicMessage: true, extraProposals, ratchetTreeExtension: true },
    );
    const { welcome } = made;
    const sealed = welcome?.secrets[0]?.encryptedGroupSecrets;
    const ref = welcome?.secrets[0]?.newMember.length ?? 0;
    return {
      seat: made.newState,
      commit: new Uint8Array(encodeMlsMessage(made.commit)),
      welcomes: welcome === undefined ? [] : [welcome],
      welcomeBytes: ref + (sealed?.kemOutput.length ?? 0) + (sealed?.ciphertext.length ?? 0),
      infoBytes: welcome?.encryptedGroupInfo.length ?? 0,
    };
  }

  return {
    name: 'ts-mls, X25519',
    offer,
    async create(number: number): Promise<ClientState> {
      const { open, secret } = await offer(number);
      return createGroup(id, open, secret, [], suite);
    },
    add: (state: ClientState, offers: readonly Offer[]) =>
      commit(
        state,
        offers.map(({ open }) => ({ proposalType: 'add', add: { keyPackage: open } })),
      ),
    async remove(state: ClientState, number: number) {
      const name = `Guest ${number}`;
      const at = state.ratchetTree.findIndex(
        (node) =>
          node?.nodeType === 'leaf' &&
          node.leaf.credential.credentialType === 'basic' &&
          new TextDecoder().decode(node.leaf.credential.identity) === name,
      );
      return commit(state, [{ proposalType: 'remove', remove: { removed: at / 2 } }]);
    },
    renew: (state: ClientState) => commit(state, []),
    async process(state: ClientState, made: Made): Promise<ClientState> {
      const message = decodeMlsMessage(made.commit, 0)?.[0];
      if (message?.wireformat !== 'mls_public_message') throw new Error('no commit');
      return (await processPublicMessage(state, message.publicMessage, emptyPskIndex, suite)).newState;
    },
    async join({ open, secret }: Offer, { welcomes }: Made): Promise<ClientState> {
      const [welcome] = welcomes as readonly Welcome[];
      if (welcome === undefined) throw new Error('no welcome');
      return joinGroup(welcome, open, secret, emptyPskIndex, suite);
    },
  };
}
