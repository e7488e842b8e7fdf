import { SEALED_CHUNK } from '@aurora/crypto/files';
import { DetailedError, type HttpStack, Upload } from 'tus-js-client';
import { toBase64Url } from '../core/base64url.ts';
import { type Courier, CourierError, type CourierReason, type Errand } from '../ports/courier.ts';

/** Bytes of one request upwards: what a broken line may cost again. As long as a part in the depot, so that one is sent by itself. */
const REQUEST = 8 * SEALED_CHUNK;
/** A request on which nothing moves for so long is dead, in milliseconds. */
const SILENCE = 30_000;

export interface TusOptions {
  /** Where files are, such as `https://chat.example/files`. */
  readonly url: string;
  /** How requests are made; by default as the platform does. */
  readonly httpStack?: HttpStack;
}

/** Up by tus 1.0.0 (tus.io), down by ranges of HTTP. */
export function tusCourier({ url, httpStack }: TusOptions): Courier {
  const addressOf = ({ blob }: Errand) => `${url}/${blob}`;
  return {
    upload(errand) {
      return new Promise((resolve, reject) => {
        const { size, signal } = errand;
        let silence: ReturnType<typeof setTimeout> | undefined;
        const heard = () => {
          clearTimeout(silence);
          silence = setTimeout(() => give(new CourierError('network')), SILENCE);
        };
        /** Ends it, whatever it does. */
        const give = (reason: unknown) => {
          clearTimeout(silence);
          void upload.abort();
          reject(reason);
        };
        let accepted = -1;
        const upload = new Upload(new Blob(), {
          uploadUrl: addressOf(errand),
          uploadSize: size,
          chunkSize: REQUEST,
          headers: { Authorization: authorization(errand) },
          // Where it stands is asked at the relay; and whether to try again is for the transfer to decide.
          fingerprint: async () => '',
          storeFingerprintForResuming: false,
          retryDelays: null,
          fileReader: {
            openFile: async () => ({
              size,
              slice: async (from, to) => {
                const value = await errand.slice(from, Math.min(to, size));
                // However long it took to read and seal it.
                heard();
                return { value, size: value.size, done: to >= size };
              },
              close() {},
            }),
          },
          ...(httpStack === undefined ? {} : { httpStack }),
          onProgress(sent) {
            heard();
            errand.progress(sent);
          },
          onChunkComplete(_, bytes) {
            // A relay that takes nothing would be offered the same without end.
            if (bytes <= accepted) give(new CourierError('network'));
            accepted = bytes;
          },
          onSuccess() {
            clearTimeout(silence);
            resolve();
          },
          onError: (error) => give(signal.aborted ? signal.reason : uploadError(error)),
        });
        const stop = () => give(signal.reason);
        if (signal.aborted) return stop();
        signal.addEventListener('abort', stop, { once: true });
        heard();
        upload.start();
      });
    },
    async download(errand) {
      const { from, signal } = errand;
      const dead = new AbortController();
      const silence = setTimeout(() => dead.abort(new CourierError('network')), SILENCE);
      const response = await answer(() =>
        fetch(addressOf(errand), {
          headers: { Authorization: authorization(errand), Range: `bytes=${from}-` },
          cache: 'no-store',
          signal: AbortSignal.any([signal, dead.signal]),
        }),
      ).finally(() => clearTimeout(silence));
      const { status, body } = response;
      if (status === 206 && body !== null) return watched(body, signal);
      await body?.cancel();
      throw new CourierError(reasonOf(status), { retryAfter: waitOf(response.headers.get('Retry-After')) });
    },
  };
}

const authorization = ({ ticket }: Errand): string => `Bearer ${toBase64Url(ticket)}`;

async function answer(ask: () => Promise<Response>): Promise<Response> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof TypeError) throw new CourierError('network', { cause });
    throw cause;
  }
}

/** The bytes as they come; ends when nothing comes for long, and not when they are read slowly. */
function watched(body: ReadableStream<Uint8Array>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const silence = Promise.withResolvers<never>();
      const timer = setTimeout(() => silence.reject(new CourierError('network')), SILENCE);
      try {
        const { done, value } = await Promise.race([reader.read(), silence.promise]);
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (cause) {
        reader.cancel().catch(() => undefined);
        throw signal.aborted ? signal.reason : new CourierError('network', { cause });
      } finally {
        clearTimeout(timer);
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}

function uploadError(error: Error): unknown {
  if (!(error instanceof DetailedError)) return error;
  const response = error.originalResponse;
  if (response === null || response.getStatus() === 0) {
    // What could not be read of the file itself is no matter of the network.
    const cause = error.causingError;
    const ofFile = cause instanceof Error && !(cause instanceof TypeError);
    return ofFile ? cause : new CourierError('network', { cause: error });
  }
  const retryAfter = waitOf(response.getHeader('Retry-After') ?? null);
  return new CourierError(reasonOf(response.getStatus()), { cause: error, retryAfter });
}

function reasonOf(status: number): CourierReason {
  switch (status) {
    case 401:
    case 403:
      return 'ticket';
    case 404:
    case 410:
      return 'gone';
    // Somebody else's request, or one's own before a line broke, got in between: where it stands is asked again.
    case 409:
    case 423:
    case 500:
    case 502:
    case 503:
    case 504:
      return 'network';
    case 429:
      return 'busy';
    case 507:
      return 'full';
    default:
      return 'refused';
  }
}

/** Milliseconds of a Retry-After in seconds (RFC 9110 section 10.2.3). */
function waitOf(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}
