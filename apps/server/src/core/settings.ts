/** So many at once, then so many a second. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

export interface Settings {
  /** Milliseconds to authenticate in. */
  readonly authTimeout: number;
  readonly sockets: number;
  readonly socketsPerAddress: number;
  readonly sessionsPerDevice: number;
  readonly rates: {
    /** Of a device: messages, and what moves or explains the room's key, which every member has to work on. */
    readonly append: Rate;
    readonly commit: Rate;
    readonly handshake: Rate;
    readonly signal: Rate;
    /** New memberships; a rejoin is free. */
    readonly join: Rate;
    readonly deliver: Rate;
    /** Pages of people with a search, which looks at everybody present. */
    readonly search: Rate;
    /** Private rooms and conversations that are new to a device, changes of their keys, key packages taken, knocks, and files. */
    readonly room: Rate;
    readonly change: Rate;
    readonly packages: Rate;
    readonly knock: Rate;
    readonly upload: Rate;
    /** Of an address: devices that the relay does not know yet. */
    readonly newcomer: Rate;
    /**
     * Bytes that are to be kept: of a device, and of an address, since devices are cheap. To let 255 people into a room puts up to
     * 120 MiB of its tree into their mailboxes, which is the most that somebody does at once.
     */
    readonly bytes: Rate;
    readonly bytesOfAddress: Rate;
    /** Bytes of files, as large as they are said to be, of an address. */
    readonly filesOfAddress: Rate;
    /** Of a session, for everything else. */
    readonly other: Rate;
    /** Of a session: how often it is told that it asks too much, before it ends. */
    readonly refused: Rate;
  };
  /** Bytes that may wait for one socket: above it signals are dropped. */
  readonly signalQueue: number;
  /** Bytes that may wait for one socket: above it the session ends. */
  readonly queue: number;
  /** Milliseconds after which a leave is one, so that a reload is none. */
  readonly leaveGrace: number;
  /** Milliseconds that comings and goings gather. */
  readonly presenceGather: number;
  /** Milliseconds that requests for keys gather, and after which two more holders are asked. */
  readonly keyGather: number;
  readonly keyRetry: number;
  /** Milliseconds after which a nickname that never spoke is free again. */
  readonly nicknameIdle: number;
  /** Milliseconds after which a delivery that nobody collected is forgotten. */
  readonly deliveryLife: number;
  /** Bytes of one sealed file, and of all of an identity. */
  readonly fileSize: number;
  readonly fileQuota: number;
  /** Milliseconds after which a file goes, and one that is not whole, or that no message names. */
  readonly fileLife: number;
  readonly fileGrace: number;
  /** Milliseconds that a ticket to a file stands. */
  readonly ticketLife: number;
  /** Requests for files under way, of an address and in all. */
  readonly fileRequestsPerAddress: number;
  readonly fileRequests: number;
  /** Milliseconds without a byte after which such a request is cut. */
  readonly fileIdle: number;
  /** Milliseconds over which clients come back after a stop, and within which what was taken is answered. */
  readonly goawaySpread: number;
  readonly drainMost: number;
}

const KIB = 1024;
const MIB = 1024 * KIB;
const GIB = 1024 * MIB;
const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

export const defaultSettings: Settings = {
  authTimeout: 5000,
  sockets: 20_000,
  socketsPerAddress: 20,
  sessionsPerDevice: 5,
  rates: {
    append: { burst: 60, perSecond: 1 },
    commit: { burst: 3, perSecond: 1 / 60 },
    handshake: { burst: 20, perSecond: 1 / 2 },
    signal: { burst: 3, perSecond: 1 / 3 },
    join: { burst: 6, perSecond: 6 / 60 },
    deliver: { burst: 512, perSecond: 64 },
    search: { burst: 10, perSecond: 2 },
    room: { burst: 20, perSecond: 20 / 60 },
    change: { burst: 30, perSecond: 1 / 2 },
    packages: { burst: 30, perSecond: 1 / 2 },
    knock: { burst: 6, perSecond: 6 / 60 },
    upload: { burst: 120, perSecond: 1 },
    newcomer: { burst: 60, perSecond: 20 / 60 },
    bytes: { burst: 128 * MIB, perSecond: 64 * KIB },
    bytesOfAddress: { burst: 256 * MIB, perSecond: 256 * KIB },
    filesOfAddress: { burst: 64 * GIB, perSecond: MIB },
    other: { burst: 120, perSecond: 20 },
    refused: { burst: 200, perSecond: 200 / 60 },
  },
  signalQueue: 256 * 1024,
  queue: 1024 * 1024,
  leaveGrace: 5000,
  presenceGather: 1000,
  keyGather: 1000,
  keyRetry: 500,
  nicknameIdle: 30 * DAY,
  deliveryLife: 7 * DAY,
  fileSize: 2 * GIB,
  fileQuota: 20 * GIB,
  fileLife: 30 * DAY,
  fileGrace: DAY,
  ticketLife: HOUR,
  fileRequestsPerAddress: 8,
  fileRequests: 512,
  fileIdle: 30_000,
  goawaySpread: 5000,
  drainMost: 5000,
};
