import { epochOrigins, historyPolicies, type OpenRoom } from '@aurora/crypto';
import {
  bytes,
  deviceId,
  epoch,
  list,
  millis,
  nullable,
  type Of,
  oneOf,
  pair,
  record,
  roomId,
  type Shape,
  seq,
  uint,
} from '@aurora/protocol';

const MOST = 10_000_000;

const wireShape = record({
  room: roomId,
  history: oneOf(historyPolicies),
  epoch,
  epochs: list(
    record({
      epoch,
      keyId: bytes(32),
      previous: nullable(bytes(32)),
      how: oneOf(epochOrigins),
      opener: deviceId,
      seq,
      at: millis,
      key: nullable(bytes(32)),
    }),
    MOST,
  ),
  members: list(pair(deviceId, record({ since: epoch, seq })), MOST),
  messages: uint(),
});

function plain(open: OpenRoom): Of<typeof wireShape> {
  return {
    ...open,
    epochs: [...open.epochs],
    members: [...open.members].map(([id, { since, seq: at }]) => [id, { since, seq: at }]),
  };
}

/** An open room as a vault keeps it. */
export const openRoomShape: Shape<OpenRoom> = {
  schema: wireShape.schema,
  toWire: (open) => wireShape.toWire(plain(open)),
  fromWire(wire) {
    const { members, ...rest } = wireShape.fromWire(wire);
    return { ...rest, members: new Map(members) };
  },
};
