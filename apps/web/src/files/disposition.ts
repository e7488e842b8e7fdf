/**
 * The header that makes a browser save what comes, under this name (RFC 8187). Every byte but the plainest is escaped: a quote
 * or a line end in a name would otherwise begin another parameter or header.
 */
export function attachment(name: string): string {
  const escaped = encodeURIComponent(name.toWellFormed()).replace(
    /[!'()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename*=UTF-8''${escaped}`;
}
