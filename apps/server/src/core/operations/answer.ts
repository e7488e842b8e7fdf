import { encodeReply, type Request, RequestError } from '@aurora/protocol';
import type { Context } from '../context.ts';
import type { Session } from '../session/session.ts';
import type { Account } from '../session/state.ts';
import { append } from './append.ts';
import { commit } from './commit.ts';
import { credentials } from './credentials.ts';
import { dropBlob, openDownload, openUpload } from './files.ts';
import { join } from './join.ts';
import { keyPackages, publishKeyPackages } from './key-packages.ts';
import { holdKeys, requestKeys } from './keys.ts';
import { dismissKnock, knock, knocks, withdrawKnock } from './knocks.ts';
import { collect, deliver, mailbox } from './mailbox.ts';
import { people } from './people.ts';
import { ping } from './ping.ts';
import { read } from './read.ts';
import { register, registers } from './registers.ts';
import { retire } from './retire.ts';
import { createRoom, leave, members, openDirect } from './rooms.ts';
import { signal } from './signal.ts';

export interface Answer {
  readonly result: unknown;
  /** About how many bytes it has, where that may be many. */
  readonly bytes: number;
}

const small = (result: unknown): Answer => ({ result, bytes: 0 });
const large = (result: unknown, parts: readonly { frame: Uint8Array }[]): Answer => ({
  result,
  bytes: parts.reduce((sum, { frame }) => sum + frame.length, 0),
});

/** What an authenticated session is answered. Throws RequestError or StorageError. */
export async function answer(
  context: Context,
  session: Session,
  who: Account,
  request: Request,
): Promise<Answer> {
  switch (request.type) {
    case 'auth':
      throw new RequestError('bad_request', 'This session is signed in already.');
    case 'join':
      return small(encodeReply('join', await join(context, session, who, request)));
    case 'append':
      return small(encodeReply('append', await append(context, session, who, request)));
    case 'read': {
      const page = await read(context, session, request);
      return large(encodeReply('read', page), page.entries);
    }
    case 'signal':
      return small(encodeReply('signal', await signal(context, session, who, request)));
    case 'register':
      return small(encodeReply('register', await register(context, session, who, request)));
    case 'registers': {
      const page = await registers(context, session, request);
      return large(encodeReply('registers', page), page.registers);
    }
    case 'people': {
      const page = await people(context, session, request);
      return { result: encodeReply('people', page), bytes: page.people.length * 128 };
    }
    case 'credentials': {
      const found = await credentials(context, request);
      return { result: encodeReply('credentials', found), bytes: found.credentials.length * 1536 };
    }
    case 'request_keys':
      return small(encodeReply('request_keys', await requestKeys(context, session, who, request)));
    case 'hold_keys':
      return small(encodeReply('hold_keys', await holdKeys(context, session, who, request)));
    case 'deliver':
      return small(encodeReply('deliver', await deliver(context, session, who, request)));
    case 'mailbox': {
      const waiting = await mailbox(context, who);
      return large(encodeReply('mailbox', waiting), waiting.deliveries);
    }
    case 'collect':
      return small(encodeReply('collect', await collect(context, who, request)));
    case 'ping':
      return small(encodeReply('ping', ping(context, session)));
    case 'create_room':
      return small(encodeReply('create_room', await createRoom(context, who, request)));
    case 'open_direct':
      return small(encodeReply('open_direct', await openDirect(context, who, request)));
    case 'commit':
      return small(encodeReply('commit', await commit(context, session, who, request)));
    case 'leave':
      return small(encodeReply('leave', await leave(context, session, who, request)));
    case 'members':
      return small(encodeReply('members', await members(context, session, request)));
    case 'publish_key_packages':
      return small(encodeReply('publish_key_packages', await publishKeyPackages(context, who, request)));
    case 'key_packages': {
      const taken = await keyPackages(context, request);
      return { result: encodeReply('key_packages', taken), bytes: taken.packages.length * 4096 };
    }
    case 'knock':
      return small(encodeReply('knock', await knock(context, who, request)));
    case 'withdraw_knock':
      return small(encodeReply('withdraw_knock', await withdrawKnock(context, who, request)));
    case 'knocks': {
      const page = await knocks(context, session, request);
      return large(encodeReply('knocks', page), page.knocks);
    }
    case 'dismiss_knock':
      return small(encodeReply('dismiss_knock', await dismissKnock(context, session, who, request)));
    case 'open_upload':
      return small(encodeReply('open_upload', await openUpload(context, session, who, request)));
    case 'open_download':
      return small(encodeReply('open_download', await openDownload(context, session, who, request)));
    case 'drop_blob':
      return small(encodeReply('drop_blob', await dropBlob(context, who, request)));
    case 'retire':
      return small(encodeReply('retire', await retire(context, session, who)));
  }
}
