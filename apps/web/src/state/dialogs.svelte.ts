import type { FilePlace } from '@aurora/chat/view';
import type { DeviceId, IdentityId, RoomId } from '@aurora/protocol';
import { tick } from 'svelte';

/** What a dialog can be about; one is open at a time. */
export type Ask =
  | { readonly about: 'start' | 'new-room' | 'join' | 'settings' | 'sign-out' }
  | { readonly about: 'invite' | 'link' | 'rename' | 'leave'; readonly room: RoomId }
  | {
      readonly about: 'remove';
      readonly room: RoomId;
      readonly identity: IdentityId;
      readonly nickname: string;
    }
  | { readonly about: 'picture'; readonly place: FilePlace; readonly name: string }
  | {
      readonly about: 'verify';
      readonly identity: IdentityId;
      readonly device: DeviceId | null;
      readonly nickname: string;
    };

export class Dialogs {
  shown: Ask | null = $state.raw(null);
  #opener: Element | null = null;

  ask(ask: Ask): void {
    // One dialog may lead to another: the focus goes back to where the first was asked for.
    if (!this.shown) this.#opener = document.activeElement;
    this.shown = ask;
  }

  /** Closes this dialog, unless another is in its place already, and gives the focus back. */
  close(ask: Ask): void {
    if (this.shown !== ask) return;
    this.shown = null;
    void this.#giveBack();
  }

  dismiss(): void {
    if (this.shown) this.close(this.shown);
  }

  async #giveBack(): Promise<void> {
    await tick();
    const opener = this.#opener;
    this.#opener = null;
    // Whatever took the focus meanwhile, such as the composer of a conversation just opened, keeps it.
    const adrift = document.activeElement === null || document.activeElement === document.body;
    if (adrift && opener instanceof HTMLElement && opener.isConnected) opener.focus();
  }
}
