import { dayOf } from '../text/time.ts';

/** The present day, so that "Today" becomes "Yesterday" at midnight without a reload. */
export class Calendar {
  now: number = $state(Date.now());

  constructor() {
    setInterval(() => {
      if (dayOf(Date.now()) !== dayOf(this.now)) this.now = Date.now();
    }, 30_000);
  }
}
