import type { Device } from '@aurora/crypto';
import type { Bytes, DeviceId, IdentityId } from '@aurora/protocol';
import type { Intents, SafetyView } from '../view/contract.ts';
import type { Contacts } from './contacts.ts';
import { ChatError } from './failures.ts';
import { groups } from './groups.ts';
import type { Members } from './members.ts';

/** Safety numbers: how two people find out that nobody is between them. */
export class Trust {
  readonly #device: Device;
  readonly #members: Members;
  readonly #contacts: Contacts;

  constructor(device: Device, members: Members, contacts: Contacts) {
    this.#device = device;
    this.#members = members;
    this.#contacts = contacts;
  }

  /** Throws ChatError for somebody whose key this device never saw. */
  async safety(identity: IdentityId, device: DeviceId | null): Promise<SafetyView> {
    if (device !== null) await this.#meet(identity, device);
    const { nickname, theirs } = this.#pinned(identity);
    const { safetyNumber } = await groups();
    const { digits, code } = await safetyNumber(this.#device.credential.identityPub, theirs);
    return { identity, nickname, digits, code, verified: this.#contacts.isVerified(identity) };
  }

  /** Throws ChatError when a code is another's, or none at all. */
  async verify({ identity, how }: Intents['verify']['args']): Promise<void> {
    const { nickname, theirs } = this.#pinned(identity);
    if (how.type === 'code') {
      const { checkSafetyCode } = await groups();
      const verdict = await checkSafetyCode(how.code, this.#device.credential.identityPub, theirs);
      if (verdict !== 'same') throw new ChatError(verdict === 'differs' ? differs(nickname) : unreadable);
    }
    await this.#contacts.verify(identity, nickname, how.type !== 'undo');
  }

  /** Pins whoever is behind a device, if it is who it is said to be. */
  async #meet(identity: IdentityId, device: DeviceId): Promise<void> {
    const member = (await this.#members.of([device])).get(device);
    if (member?.identity === identity) await this.#contacts.meet(member);
  }

  #pinned(identity: IdentityId): { nickname: string; theirs: Bytes } {
    const contact = this.#contacts.get(identity);
    if (contact === undefined || contact.identityPub === null)
      throw new ChatError({
        code: 'no_such_person',
        message:
          'This device has not seen their key yet. Write to them first, or try again when they are here.',
      });
    return { nickname: contact.nickname, theirs: contact.identityPub };
  }
}

const differs = (nickname: string) => ({
  code: 'code_differs',
  message: `This code is not ${nickname}’s as this device knows them. Either it belongs to somebody else, or somebody stands between you.`,
});
const unreadable = {
  code: 'code_unreadable',
  message: 'This is no safety code of Aurora. Scan or paste what their verification dialog shows.',
};
