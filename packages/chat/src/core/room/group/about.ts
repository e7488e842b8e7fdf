import {
  bool,
  bytes,
  deviceId,
  identityId,
  limits,
  type Millis,
  millis,
  nullable,
  type Of,
  oneOf,
  type RoomId,
  record,
  roomId,
  text,
} from '@aurora/protocol';
import type { Vault } from '../../../ports/vault.ts';

const shape = record({
  room: roomId,
  kind: oneOf(['direct', 'private']),
  /** Whether it has a tab. */
  shown: bool,
  /** What it is called while its keys have not come. */
  title: nullable(text(200)),
  /** The other person of a direct conversation. */
  peer: nullable(record({ identity: identityId, device: deviceId, nickname: text(limits.nicknameBytes) })),
  /** Whether this device made the room, and lets the first others in. */
  founder: bool,
  history: oneOf(['none', 'week', 'all']),
  /** With what it knocks. */
  secret: nullable(bytes(16)),
  refusal: nullable(record({ code: text(64), message: text(1024) })),
  /** Who let this device in. */
  inviter: nullable(identityId),
  ended: nullable(oneOf(['left', 'removed'])),
  /** This person is about to leave: whoever takes them out meanwhile has not removed them. */
  goodbye: bool,
  /** When this device last changed its own keys in the group. */
  renewedAt: millis,
});
type Fields = Of<typeof shape>;

const MOST = 10_000;

/** What this device knows of a private conversation beside its log. */
export class About {
  readonly #vault: Vault;
  #fields: Fields;

  constructor(vault: Vault, fields: Pick<Fields, 'room' | 'kind'> & Partial<Fields>) {
    this.#vault = vault;
    this.#fields = {
      shown: true,
      title: null,
      peer: null,
      founder: false,
      history: 'none',
      secret: null,
      refusal: null,
      inviter: null,
      ended: null,
      goodbye: false,
      renewedAt: 0 as Millis,
      ...fields,
    };
  }

  static async loadAll(vault: Vault): Promise<About[]> {
    const kept = await vault.range('conversations', { from: '', to: '~', limit: MOST, newestFirst: false });
    return kept.map((value) => new About(vault, shape.fromWire(value)));
  }

  get is(): Readonly<Fields> {
    return this.#fields;
  }

  get room(): RoomId {
    return this.#fields.room;
  }

  async set(change: Partial<Fields>): Promise<void> {
    this.#fields = { ...this.#fields, ...change };
    await this.#vault.commit([{ put: 'conversations', key: this.room, value: shape.toWire(this.#fields) }]);
  }
}
