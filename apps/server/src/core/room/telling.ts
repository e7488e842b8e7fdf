import type { SharedMessage } from '../../ports/socket.ts';
import type { View } from './tick.ts';

type Encode = (view: View) => readonly SharedMessage[];

/** A tick as messages, and the same without signals once a reader needs it that lags. */
export class Telling {
  readonly messages: readonly SharedMessage[];
  readonly #encode: Encode;
  #lean: readonly SharedMessage[] | undefined;

  constructor(encode: Encode, hasSignals: boolean) {
    this.#encode = encode;
    this.messages = encode({ signals: true });
    if (!hasSignals) this.#lean = this.messages;
  }

  lean(): readonly SharedMessage[] {
    this.#lean ??= this.#encode({ signals: false });
    return this.#lean;
  }
}
