import type { HttpRequest, HttpResponse, HttpStack } from 'tus-js-client';

/** Requests of tus by Node's own fetch, as a page of `origin` would make them. */
export function fetchStack(origin: string): HttpStack {
  return {
    createRequest: (method, url) => request(method, url, origin),
    getName: () => 'fetch',
  };
}

function request(method: string, url: string, origin: string): HttpRequest {
  const headers = new Map([['Origin', origin]]);
  const stop = new AbortController();
  return {
    getMethod: () => method,
    getURL: () => url,
    setHeader: (name, value) => {
      headers.set(name, value);
    },
    getHeader: (name) => headers.get(name),
    // Node tells no progress of what it sends: a request has moved when it is answered.
    setProgressHandler: () => undefined,
    async send(body: Blob | null) {
      const answer = await fetch(url, { method, headers: [...headers], body, signal: stop.signal });
      return response(answer, await answer.text());
    },
    async abort() {
      stop.abort();
    },
    getUnderlyingObject: () => undefined,
  };
}

function response(answer: Response, body: string): HttpResponse {
  return {
    getStatus: () => answer.status,
    getHeader: (name) => answer.headers.get(name) ?? undefined,
    getBody: () => body,
    getUnderlyingObject: () => answer,
  };
}
