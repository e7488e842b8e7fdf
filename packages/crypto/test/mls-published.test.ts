import { readFileSync } from 'node:fs';
import { fromHex, toHex } from '@aurora/protocol';
import {
  bytesToBase64,
  type CiphersuiteImpl,
  type CiphersuiteName,
  type ClientState,
  ciphersuites,
  getCiphersuiteFromName,
  getCiphersuiteImpl,
  joinGroup,
  makePskIndex,
  type PskIndex,
  processPrivateMessage,
  processPublicMessage,
} from 'ts-mls';
import { decodeRatchetTree } from 'ts-mls/ratchetTree.js';
import { expect, test } from 'vitest';
import { decodeMessage } from '../src/group/wire.ts';

/** RFC 9420 as others implemented it: a member that only listens ends up with the same epoch secrets. */
interface Case {
  readonly cipher_suite: number;
  readonly external_psks: readonly { readonly psk_id: string; readonly psk: string }[];
  readonly key_package: string;
  readonly signature_priv: string;
  readonly encryption_priv: string;
  readonly init_priv: string;
  readonly welcome: string;
  readonly ratchet_tree: string | null;
  readonly initial_epoch_authenticator: string;
  readonly epochs: readonly {
    readonly proposals: readonly string[];
    readonly commit: string;
    readonly epoch_authenticator: string;
  }[];
}

test.each(['mls-passive-client-welcome', 'mls-passive-client-handling-commit'])('%s', async (file) => {
  for (const one of read(file)) expect(await follow(one)).toEqual(authenticatorsOf(one));
});

function read(file: string): Case[] {
  return JSON.parse(readFileSync(new URL(`vectors/${file}.json`, import.meta.url), 'utf8'));
}

const authenticatorsOf = (one: Case): string[] => [
  one.initial_epoch_authenticator,
  ...one.epochs.map((epoch) => epoch.epoch_authenticator),
];

async function follow(one: Case): Promise<string[]> {
  const suite = await suiteOf(one.cipher_suite);
  const known = one.external_psks.map(({ psk_id, psk }) => [bytesToBase64(fromHex(psk_id)), fromHex(psk)]);
  const psks = (state?: ClientState) => makePskIndex(state, Object.fromEntries(known));
  let state = await enter(one, suite, psks());
  const seen = [toHex(new Uint8Array(state.keySchedule.epochAuthenticator))];
  for (const { proposals, commit } of one.epochs) {
    for (const message of [...proposals, commit]) state = await hear(message, state, suite, psks(state));
    seen.push(toHex(new Uint8Array(state.keySchedule.epochAuthenticator)));
  }
  return seen;
}

async function suiteOf(number: number): Promise<CiphersuiteImpl> {
  const name = (Object.keys(ciphersuites) as CiphersuiteName[]).find((key) => ciphersuites[key] === number);
  if (name === undefined) throw new RangeError(`suite ${number}`);
  return getCiphersuiteImpl(getCiphersuiteFromName(name));
}

async function enter(one: Case, suite: CiphersuiteImpl, psks: PskIndex): Promise<ClientState> {
  const welcome = decodeMessage(fromHex(one.welcome), 'welcome_malformed');
  const own = decodeMessage(fromHex(one.key_package), 'key_package_malformed');
  if (welcome.wireformat !== 'mls_welcome' || own.wireformat !== 'mls_key_package') throw new TypeError();
  const tree = one.ratchet_tree === null ? undefined : decodeRatchetTree(fromHex(one.ratchet_tree), 0)?.[0];
  const secrets = {
    initPrivateKey: fromHex(one.init_priv),
    hpkePrivateKey: fromHex(one.encryption_priv),
    signaturePrivateKey: fromHex(one.signature_priv),
  };
  return joinGroup(welcome.welcome, own.keyPackage, secrets, psks, suite, tree);
}

async function hear(
  encoded: string,
  state: ClientState,
  suite: CiphersuiteImpl,
  psks: PskIndex,
): Promise<ClientState> {
  const message = decodeMessage(fromHex(encoded), 'commit_malformed');
  switch (message.wireformat) {
    case 'mls_public_message':
      return (await processPublicMessage(state, message.publicMessage, psks, suite)).newState;
    case 'mls_private_message':
      return (await processPrivateMessage(state, message.privateMessage, psks, suite)).newState;
    default:
      throw new TypeError(message.wireformat);
  }
}
