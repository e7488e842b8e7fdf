import type { Row } from '../../view/contract.ts';
import type { Chamber } from './chamber.ts';
import type { Keeper } from './keeper.ts';
import { Outbox } from './outbox.ts';
import type { Keyed } from './ring.ts';
import { Signals } from './signals.ts';

/** A room's signals: what is said in passing. `changed` is told when others begin or stop typing. */
export function signalsOf<S extends Keyed>(chamber: Chamber<S>, changed: () => void): Signals {
  const { id: room, ports, log, contentKeys: keys } = chamber;
  const { clock, connection, device, members } = ports;
  return new Signals({
    room,
    device,
    clock,
    connection,
    members,
    keys,
    key: () => log.currentKey,
    shares: () => ports.preferences().typing,
    ignores: (identity) => ports.blocked(identity),
    changed,
  });
}

const notArranged = {
  code: 'not_allowed',
  message: 'The room’s name or link was not changed: you are no admin of it any more.',
};

interface Stage {
  /** The relay does not count this device as a member any more. */
  rejoin(): void;
  show(rows: Row[], removed?: string[]): void;
}

/** A room's outbox: nothing goes out while a change of keys has to go first. */
export function outboxOf<S extends Keyed>(chamber: Chamber<S>, keeper: Keeper, stage: Stage): Outbox {
  const { id: room, ports, log, contentKeys: keys, events } = chamber;
  const { clock, connection, device, vault } = ports;
  return new Outbox(vault, {
    room,
    device,
    nickname: device.credential.nickname,
    keys,
    now: () => connection.now(),
    key: () => (keeper.open ? log.currentKey : null),
    seen: () => log.chain,
    allows: (words) => words.type === 'text' || words.type === 'files' || keeper.mayArrange,
    append: (epoch, id, frame, blobs) => {
      if (keeper.aboutToSend()) chamber.again();
      return connection.call('append', { room, id, kind: 'message', epoch, frame, blobs: [...blobs] });
    },
    transfer: (id, blob) => ports.board.get({ room, id, blob }),
    rejoin: stage.rejoin,
    after: (delay, call) => clock.after(delay, call),
    show: (row) => stage.show([row]),
    gone: (id) => stage.show([], [id]),
    dropped: () => events.changed({ type: 'toast', level: 'warning', failure: notArranged }),
    trouble: events.trouble,
  });
}
