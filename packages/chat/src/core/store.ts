import { limits, type RoomId } from '@aurora/protocol';
import type { Vault, VaultChange } from '../ports/vault.ts';
import type { Position } from '../view/contract.ts';
import { positionOf, rowKey, type StoredRow, storedRowShape } from './stored-rows.ts';

const LAST: Position = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];

export function putRow(room: RoomId, row: StoredRow): VaultChange {
  return { put: 'rows', key: rowKey(room, positionOf(row)), value: storedRowShape.toWire(row) };
}

/** Rows on one side of a position, without it, in order of position. */
export async function readRows(
  vault: Vault,
  room: RoomId,
  side: 'after' | 'before',
  [seq, minor]: Position,
  limit: number,
): Promise<StoredRow[]> {
  const before = side === 'before';
  if (before && minor === 0 && seq === 0) return [];
  const edge: Position = before ? (minor > 0 ? [seq, minor - 1] : [seq - 1, LAST[1]]) : [seq, minor + 1];
  const values = await vault.range('rows', {
    from: before ? rowKey(room, [0, 0]) : rowKey(room, edge),
    to: before ? rowKey(room, edge) : rowKey(room, LAST),
    limit,
    newestFirst: before,
  });
  const rows = values.map((value) => storedRowShape.fromWire(value));
  return before ? rows.reverse() : rows;
}

/** Forgets a room's rows, outbox, draft and state. */
export async function dropRoom(vault: Vault, room: RoomId): Promise<void> {
  for (;;) {
    const rows = await readRows(vault, room, 'after', [0, 0], limits.page);
    if (rows.length === 0) break;
    await vault.commit(rows.map((row) => ({ drop: 'rows' as const, key: rowKey(room, positionOf(row)) })));
  }
  await vault.commit([
    { drop: 'drafts', key: room },
    { drop: 'conversations', key: room },
    ...['progress', 'keys', 'pending', 'marks'].map((name) => ({
      drop: 'rooms' as const,
      key: `${room}/${name}`,
    })),
  ]);
}
