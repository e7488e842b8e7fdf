import type { CloseReason, ErrorCode } from '@aurora/protocol';

/** Where the relay's figures and faults go. They carry no nickname, key, frame or signature. */
export interface Observer {
  sessions(live: number): void;
  appended(): void;
  /** One message of `bytes` bytes, written to so many sessions. */
  delivered(sessions: number, bytes: number): void;
  refused(code: ErrorCode): void;
  ended(reason: CloseReason): void;
  /** A fault that is the relay's own. */
  fault(doing: string, error: unknown): void;
}
