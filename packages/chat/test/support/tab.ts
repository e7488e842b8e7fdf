import type { Change, Engine, Failure, FromEngine, FromPage, IntentName, Intents } from '../../src/index.ts';

type ChangeOf<Type extends Change['type']> = Extract<Change, { type: Type }>;

/** A page without pixels: asks, and remembers what it was told. */
export class Tab {
  readonly changes: Change[] = [];
  readonly answers = new Set<number>();
  readonly #waiting = new Map<number, { answer(answer: unknown): void; refuse(failure: Failure): void }>();
  readonly #say: (message: FromPage) => void;
  #call = 0;

  constructor(engine: Engine) {
    this.#say = engine.attach({ tell: (message) => this.#hear(message) });
  }

  /** Types of changes, in the order told. */
  get told(): Change['type'][] {
    return this.changes.map(({ type }) => type);
  }

  get rings(): number {
    return this.told.filter((type) => type === 'ring').length;
  }

  latest<Type extends Change['type']>(type: Type): ChangeOf<Type> | undefined {
    return this.changes.findLast((change): change is ChangeOf<Type> => change.type === type);
  }

  /** Rejects with the Failure when refused. */
  asks<Name extends IntentName>(name: Name, args: Intents[Name]['args']): Promise<Intents[Name]['answer']> {
    this.#call += 1;
    const call = this.#call;
    return new Promise((resolve, reject) => {
      const answer = (value: unknown) => resolve(value as Intents[Name]['answer']);
      this.#waiting.set(call, { answer, refuse: reject });
      this.#say({ type: 'intent', call, name, args } as unknown as FromPage);
    });
  }

  detach(): void {
    this.#say({ type: 'detach' });
  }

  #hear(message: FromEngine): void {
    if (message.type === 'change') {
      this.changes.push(message.change);
      return;
    }
    const { call } = message;
    const waiting = this.#waiting.get(call);
    if (waiting === undefined) throw new RangeError(`an answer to call ${call}, which is not this tab's`);
    this.answers.add(call);
    if (message.type === 'answer') waiting.answer(message.answer);
    else waiting.refuse(message.failure);
  }
}
