/** Says in one line what takes a while; on standard error, so that a command's own output stays clean. @param {string} text */
export function note(text) {
  process.stderr.write(`Aurora: ${text}\n`);
}
