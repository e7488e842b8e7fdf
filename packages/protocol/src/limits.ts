/** Bounds on everything a stranger can send. One table; SPEC section 7 cites it. */
export const limits = {
  /** Bytes of one WebSocket message, upwards; a larger one closes the socket with 1009. */
  message: 128 * 1024,
  /** Bytes of one WebSocket message, downwards: a batch never grows past it by more than one entry. */
  batch: 1024 * 1024,
  /** Bytes of one sealed log entry. */
  frame: 120 * 1024,
  /** Bytes of one sealed signal. */
  signal: 512,
  /** Bytes of one sealed register. */
  register: 1024,
  /** Kinds of register a sender may keep in a room. */
  registerKinds: 8,
  /** Bytes of one sealed delivery to a mailbox. */
  delivery: 64 * 1024,
  /** Deliveries that wait in one mailbox of rooms that its owner joined, besides of all others, and of one sender. */
  mailbox: 1000,
  mailboxOfStrangers: 500,
  mailboxOfSender: 32,
  /** Deliveries handed over or collected at once. */
  deliveries: 64,
  /** Entries of one page. */
  page: 200,
  /** People of one page. */
  people: 200,
  /** People present up to which joins and leaves are told by name. */
  namedPresence: 200,
  /** Names in one presence delta. */
  namedChanges: 20,
  /** Credentials asked for at once. */
  credentials: 64,
  /** Ranges of epochs named at once. */
  epochRanges: 16,
  /** Requests for keys gathered into one admit. */
  keyRequests: 256,
  /** Identities that a private room may have, and as many devices. */
  members: 256,
  /** Of them, those who may remove others. */
  admins: 32,
  /** Sealed welcomes beside one commit. */
  welcomes: 64,
  /** Identities that one commit removes. */
  removals: 64,
  /** Bytes of one key package, and how many of one device wait to be used. */
  keyPackage: 8 * 1024,
  keyPackages: 32,
  /** Bytes of one knock, knocks that wait at one room, and of one page of them. */
  knock: 8 * 1024,
  knocks: 256,
  knockPage: 16,
  /** Identities whose key packages are asked for at once. */
  identities: 16,
  /** Rooms one identity may join. */
  rooms: 1000,
  /** Rooms besides that others made it a member of and that it never joined, and of them those of one inviter. */
  invitations: 100,
  invitationsOfInviter: 16,
  /** Sealed files that one message names, and those of one identity that the relay keeps at a time. */
  blobs: 8,
  blobsOfIdentity: 10_000,
  /** Characters of a file's name, of its media type, and of the words beside files; bytes of a picture's preview. */
  fileName: 255,
  mediaType: 127,
  caption: 4_000,
  preview: 8 * 1024,
  /** Bytes of a ticket to a file, and how many of one device stand at a time. */
  ticket: 32,
  tickets: 64,
  /** Graphemes of a nickname, and its UTF-8 bytes. */
  nickname: 32,
  nicknameBytes: 256,
  /** Characters (UTF-16 units) of one text message. */
  text: 16_000,
  /** Bytes of a search text. */
  search: 256,
  /** The last millisecond that a JavaScript Date has (ECMA-262 section 21.4.1.1): a later one has no day to show. */
  millis: 8_640_000_000_000_000,
} as const;

/** The WebSocket subprotocol; the number goes up with any change that an older peer would misread. */
export const SUBPROTOCOL = 'aurora.1';
export const VERSION = 1;
