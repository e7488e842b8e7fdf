/** Something went wrong that a person can act on: the message says what failed, who is at fault and what to try. */
export class Complaint extends Error {
  /** @param {string} message */
  constructor(message) {
    super(message);
    this.name = 'Complaint';
  }
}
