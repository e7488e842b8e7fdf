import type { DatabaseSync } from 'node:sqlite';
import { applyBlobs } from './apply-blobs.ts';
import { applyDirectory } from './apply-directory.ts';
import { LogApplier } from './apply-log.ts';
import { applyMail } from './apply-mail.ts';
import { applyRooms } from './apply-rooms.ts';
import { applyWaiting } from './apply-waiting.ts';
import type { Command, Outcome } from './command.ts';

/** Carries out commands on the writer's connection, many in one transaction. */
export class Applier {
  readonly #db: DatabaseSync;
  readonly #blobs: ReturnType<typeof applyBlobs>;
  readonly #log: LogApplier;
  readonly #directory: ReturnType<typeof applyDirectory>;
  readonly #mail: ReturnType<typeof applyMail>;
  readonly #rooms: ReturnType<typeof applyRooms>;
  readonly #waiting: ReturnType<typeof applyWaiting>;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#blobs = applyBlobs(db);
    this.#log = new LogApplier(db, this.#blobs);
    this.#mail = applyMail(db);
    this.#rooms = applyRooms(db, this.#log, this.#mail);
    this.#waiting = applyWaiting(db, this.#mail);
    this.#directory = applyDirectory(db, this.#rooms.leave);
  }

  /** All of them durably, or none: then it throws what SQLite threw. */
  commit(commands: readonly Command[]): Outcome[] {
    try {
      this.#db.exec('BEGIN IMMEDIATE');
      const outcomes = commands.map((command) => this.#apply(command));
      this.#log.flush();
      this.#db.exec('COMMIT');
      return outcomes;
    } catch (error) {
      // SQLite has rolled back by itself after some errors, a full disk among them.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      this.#log.forget();
      throw error;
    }
  }

  #apply(command: Command): Outcome {
    switch (command.type) {
      case 'append':
        return { type: 'append', value: this.#log.append(command.draft) };
      case 'claim':
        return { type: 'claim', value: this.#directory.claim(command.claim) };
      case 'retire':
        this.#directory.retire(command.identity);
        return { type: 'done' };
      case 'release':
        return { type: 'release', value: this.#directory.release(command.stale) };
      case 'add_member':
        return { type: 'add_member', value: this.#rooms.join(command.room, command.identity) };
      case 'put_delivery':
        return { type: 'put_delivery', value: this.#mail.put(command.device, command.delivery) };
      case 'collect':
        this.#mail.collect(command.device, command.deliveries);
        return { type: 'done' };
      case 'expire':
        this.#mail.expire(command.before);
        return { type: 'done' };
      case 'create_room':
        return { type: 'create_room', value: this.#rooms.create(command.room, command.identity) };
      case 'open_direct': {
        const { room, identity, other } = command;
        return { type: 'open_direct', value: this.#rooms.openDirect(room, identity, other) };
      }
      case 'commit':
        return { type: 'commit', value: this.#rooms.commit(command.draft, command.change) };
      case 'leave':
        this.#rooms.leave(command.room, command.identity);
        return { type: 'done' };
      case 'publish_key_packages': {
        const { device, packages, lastResort } = command;
        return { type: 'publish_key_packages', value: this.#waiting.publish(device, packages, lastResort) };
      }
      case 'take_key_packages':
        return { type: 'take_key_packages', value: this.#waiting.take(command.identities) };
      case 'put_knock':
        return { type: 'put_knock', value: this.#waiting.knock(command.room, command.knock) };
      case 'drop_knock':
        this.#waiting.drop(command.room, command.device);
        return { type: 'done' };
      case 'dismiss_knock': {
        const { room, device, delivery } = command;
        return { type: 'dismiss_knock', value: this.#waiting.dismiss(room, device, delivery) };
      }
      case 'expire_knocks':
        this.#waiting.expire(command.before);
        return { type: 'done' };
      case 'open_blob':
        return { type: 'open_blob', value: this.#blobs.open(command.blob) };
      case 'complete_blob':
        return { type: 'complete_blob', value: this.#blobs.complete(command.blob) };
      case 'condemn_blobs':
        return { type: 'condemn_blobs', value: this.#blobs.condemn(command.which) };
      case 'forget_blobs':
        this.#blobs.forget(command.blobs);
        return { type: 'done' };
      case 'put_register':
        return {
          type: 'put_register',
          value: this.#mail.putRegister(command.room, command.kind, command.register),
        };
    }
  }
}
