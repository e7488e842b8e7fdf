type Groups = typeof import('@aurora/crypto/groups');

let loading: Promise<Groups> | undefined;

/** The code for private rooms (MLS), loaded when it is first needed: a page that only visits the Lounge does without. */
export function groups(): Promise<Groups> {
  loading ??= import('@aurora/crypto/groups');
  return loading;
}
