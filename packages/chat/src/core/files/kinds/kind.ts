/** What a browser can show or play, by what the bytes say. */
export interface Kind {
  readonly kind: 'picture' | 'sound' | 'film';
  /** A media type of our own choice, under which no browser runs anything. */
  readonly type: string;
  /** Of a picture, in pixels, before it is turned; null when its header does not tell. */
  readonly width: number | null;
  readonly height: number | null;
}

export function picture(type: string, width: number, height: number): Kind {
  const known = width > 0 && height > 0;
  return { kind: 'picture', type, width: known ? width : null, height: known ? height : null };
}

export const sound = (type: string): Kind => ({ kind: 'sound', type, width: null, height: null });
export const film = (type: string): Kind => ({ kind: 'film', type, width: null, height: null });
