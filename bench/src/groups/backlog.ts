import { memoryVault, type Vault, type VaultChange } from '@aurora/chat';
import { LOUNGE, type RoomId } from '@aurora/protocol';
import { clock } from '../clock.ts';
import { type Spread, spread } from '../measure/spread.ts';
import { ServerProcess } from '../servers/server.ts';
import { Person } from './person.ts';

const UNDER_WAY = 64;

/** A vault that can be had again as it is, so that a device comes back from one moment several times. */
interface KeptVault extends Vault {
  copy(): Promise<KeptVault>;
}

function keptVault(): KeptVault {
  const vault = memoryVault();
  const commits: (readonly VaultChange[])[] = [];
  return {
    ...vault,
    async commit(changes) {
      commits.push(changes);
      await vault.commit(changes);
    },
    async copy() {
      const copy = keptVault();
      for (const changes of commits) await copy.commit(changes);
      return copy;
    },
  };
}

/** Milliseconds until somebody who was away has all that was said in each sort of room: opened, checked and kept. */
export interface Backlogs {
  readonly lounge: Spread;
  readonly private: Spread;
}

type Place = keyof Backlogs;

export async function readBacklogs(
  messages: number,
  turns: number,
  tell: (words: string) => void,
): Promise<Backlogs> {
  const scenes: Record<Place, Scene> = { lounge: new Scene(), private: new Scene() };
  const all = Object.values(scenes);
  const times: Record<Place, number[]> = { lounge: [], private: [] };
  try {
    tell(`${messages.toLocaleString('en')} messages in the Lounge, and in a private room`);
    await Promise.all([scenes.lounge.write('lounge', messages), scenes.private.write('private', messages)]);
    // In turns, so that whatever else the machine does falls on both; one more, which does not count, warms the code.
    for (let turn = 0; turn <= turns; turn += 1) {
      for (const place of ['lounge', 'private'] as const) {
        const time = await scenes[place].read(messages);
        if (turn > 0) times[place].push(time);
      }
    }
    return { lounge: spread(times.lounge), private: spread(times.private) };
  } finally {
    await Promise.all(all.map((scene) => scene.stop()));
  }
}

/** A relay with one who writes and one who is away. */
class Scene {
  readonly #relay = new ServerProcess('aurora');
  readonly #vault = keptVault();
  #port = 0;
  #writer: Person | undefined;
  #room: RoomId = LOUNGE;

  async write(place: Place, messages: number): Promise<void> {
    this.#port = await this.#relay.start();
    const ada = await Person.enters(this.#port, 'Ada');
    this.#writer = ada;
    const bo = await Person.enters(this.#port, 'Bo', this.#vault);
    if (place === 'private') this.#room = await ada.client.conversations.create('Room', 'none', [bo.invitee]);
    const room = this.#room;
    await ada.say('before', room);
    await bo.reads(room, 'before');
    bo.stop();
    const said = () => ada.texts(room).size - 1;
    for (let at = 0; at < messages; at += 1) {
      if (at - said() >= UNDER_WAY) await ada.until(() => at - said() < UNDER_WAY / 2);
      await ada.say(`message ${at}`, room);
    }
    await ada.until(() => said() === messages);
  }

  async read(messages: number): Promise<number> {
    const vault = await this.#vault.copy();
    const start = clock();
    const bo = await Person.returns(this.#port, vault);
    try {
      return (await bo.until(() => bo.texts(this.#room).size === messages)) - start;
    } finally {
      bo.stop();
    }
  }

  async stop(): Promise<void> {
    this.#writer?.stop();
    await this.#relay.stop();
  }
}
