// The server's time left, told in words: it alone counts, and this only says it between two answers.
import { fill } from "../lesson/words.js";

const TOLD_AT_MINUTES = [30, 10, 5, 1], SECONDS_BELOW_S = 300, STEP_S = 10;

/** Time left by the server's last word. ``clock()``: milliseconds that no one can turn back. */
export class TimeLeft {
  constructor(seconds, { clock, stands = false }) {
    this.clock = clock;
    this.hear(seconds, stands);
  }

  /** ``stands``: a pause, in which no time passes. */
  hear(seconds, stands) {
    this.given = seconds;
    this.stands = stands;
    this.heardAt = this.clock();
  }

  get seconds() {
    const passed = this.stands ? 0 : (this.clock() - this.heardAt) / 1000;
    return Math.max(0, this.given - passed);
  }
}

/** "Còn 12 phút"; below five minutes with seconds in tens, unless it is to be ``calm``. */
export function inWords(seconds, words, { calm = false } = {}) {
  if (calm || seconds >= SECONDS_BELOW_S)
    return seconds < 60 ? words.under_a_minute : fill(words.minutes, { n: Math.floor(seconds / 60) });
  const rounded = Math.ceil(seconds / STEP_S) * STEP_S, minutes = Math.floor(rounded / 60);
  return minutes ? fill(words.minutes_seconds, { n: minutes, s: rounded % 60 }) : fill(words.seconds, { s: rounded });
}

/** Tells at 30, 10, 5 and 1 minutes, each once; what had passed before the page came is not told. */
export class Tellings {
  constructor(seconds) {
    this.due = TOLD_AT_MINUTES.filter((one) => one * 60 < seconds);
  }

  /** The minutes to tell now; null where there is nothing to tell. Time given anew is told again. */
  next(seconds) {
    const passed = this.due.filter((one) => seconds <= one * 60);
    const given = TOLD_AT_MINUTES.filter((one) => one * 60 < seconds - 30);
    this.due = [...new Set([...this.due.filter((one) => !passed.includes(one)), ...given])];
    return passed.length ? Math.min(...passed) : null;
  }
}
