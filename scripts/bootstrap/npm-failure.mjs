/** What npm's output looks like, and what to tell the person. The first match wins. @type {[RegExp, string][]} */
const REASONS = [
  [
    /ENOTFOUND|EAI_AGAIN|ENETUNREACH|ENETDOWN|EHOSTUNREACH|ENOTCACHED/,
    'the package registry cannot be reached. The network is at fault: go online, or set a proxy with `npm config set proxy`, and run the same command again.',
  ],
  [
    /ECONNREFUSED|ECONNRESET|ETIMEDOUT|ERR_SOCKET_TIMEOUT|EPIPE|socket hang up/,
    'the package registry does not answer. The network or the registry is at fault: look at `npm config get registry` and `npm ping`, and run the same command again in a minute.',
  ],
  [
    /SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_HAS_EXPIRED|DEPTH_ZERO/,
    "the registry's certificate is not trusted here. A proxy that opens TLS is the usual cause: give npm its certificate with `npm config set cafile`.",
  ],
  [
    /\bE40[13]\b/,
    'the package registry refused access. Check `npm config get registry` and that you are logged in to it.',
  ],
  [
    /\bE(404|TARGET)\b/,
    'the package registry does not have a package that Aurora needs. Check that `npm config get registry` names a complete registry.',
  ],
  [
    /\bE(429|5\d\d)\b/,
    'the package registry is overloaded or broken at the moment. Run the same command again in a minute.',
  ],
  [
    /EINTEGRITY/,
    'a download does not match its recorded hash, so it was refused. Run `npm cache verify` and try again; if it happens again, distrust the network or the registry.',
  ],
  [/ENOSPC/, 'the disk is full. Free some space and run the same command again.'],
  [
    /\b(EACCES|EPERM|EROFS)\b/,
    'this folder may not be written to. Run as the owner of the folder, or clone into one of your own.',
  ],
  [
    /package\.json and package-lock\.json .*in sync|\bEUSAGE\b/,
    'package.json and package-lock.json disagree. If you changed a dependency, run `npm install` once; if not, restore both with git.',
  ],
];

/**
 * One sentence for a failed npm: what is wrong and what to do about it.
 * @param {number} code 127 means that there is no npm
 * @param {string} output
 */
export function explainNpm(code, output) {
  if (code === 127) return 'there is no npm on this machine. Install Node with npm from https://nodejs.org.';
  for (const [pattern, sentence] of REASONS) {
    if (pattern.test(output)) return sentence;
  }
  const said = output.split('\n').filter((line) => /^npm (error|ERR!)/i.test(line));
  return `npm failed (exit code ${code}) and said:\n${(said.length > 0 ? said : output.trim().split('\n').slice(-10)).join('\n')}`;
}
