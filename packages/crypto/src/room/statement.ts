import {
  type Bytes,
  bytes,
  concatBytes,
  deviceId,
  ED25519_SIGNATURE,
  epoch,
  limits,
  list,
  nullable,
  oneOf,
  roomId,
  type Shape,
  utf8,
  type VariantOf,
  variant,
} from '@aurora/protocol';
import { CryptoError } from '../errors.ts';
import type { Device } from '../identity/device.ts';
import type { Member } from '../identity/member.ts';
import { sign, verify } from '../primitives/ed25519.ts';
import { decodeStrict, encodeStrict } from '../strict.ts';
import { epochOrigins, historyPolicies } from './state.ts';

const LABEL = utf8('aurora/handshake/1');

const statements = {
  /** Opens an epoch; stands in a `commit`. `epoch` is the new one, `keyId` commits to its key. */
  epoch: {
    room: roomId,
    epoch,
    keyId: bytes(32),
    previous: nullable(bytes(32)),
    how: oneOf(epochOrigins),
    history: oneOf(historyPolicies),
    device: deviceId,
  },
  /** Makes devices members; stands in a `handshake`. `epoch` is the current one, against replay in a later one. */
  admit: { room: roomId, epoch, devices: list(deviceId, limits.keyRequests), device: deviceId },
} as const;

/** What a member says about a room's keys, in the clear and signed. */
export type Statement = VariantOf<typeof statements>;
export type EpochStatement = Extract<Statement, { type: 'epoch' }>;
export type AdmitStatement = Extract<Statement, { type: 'admit' }>;

const statementShape: Shape<Statement> = variant(statements);

/** frame = signature 64 | strict CBOR of the statement; the signature is over "aurora/handshake/1" | CBOR */
export async function signStatement(device: Device, statement: Statement): Promise<Bytes> {
  const encoded = encodeStrict(statementShape, statement, 'handshake_malformed');
  return concatBytes(await sign(device.signKey, concatBytes(LABEL, encoded)), encoded);
}

/**
 * What a member stated. Throws `handshake_malformed`, `handshake_unknown`, `sender_mismatch`, `signature_wrong`.
 */
export async function openStatement(frame: Bytes, sender: Member): Promise<Statement> {
  const signature = frame.slice(0, ED25519_SIGNATURE);
  const encoded = frame.slice(ED25519_SIGNATURE);
  const unknown = { code: 'handshake_unknown', types: Object.keys(statements) } as const;
  const statement = decodeStrict(statementShape, encoded, { malformed: 'handshake_malformed', unknown });
  if (statement.device !== sender.id) throw new CryptoError('sender_mismatch');
  if (!(await verify(sender.verifyKey, signature, concatBytes(LABEL, encoded)))) {
    throw new CryptoError('signature_wrong');
  }
  return statement;
}
