// Time at each exercise: tells authors where learners sit long; no mark rests on it
// (docs/decisions/0017). Used beside the notebook and on the lesson page, which count alike.

export const AWAY_MS = 120_000; // without a touch for so long a learner is away

/** From one touch of the page to the next, unless the learner was away in between. */
export class WorkedTime {
  constructor(exerciseOf = {}) {
    this.exerciseOf = exerciseOf; // cell to grade_id
    this.worked = {}; // grade_id to seconds that the portal has not heard of yet
    this.exercise = null;
    this.seenAt = 0;
  }

  /** ``cell`` was touched, or something else of the page (undefined), ``at`` so many milliseconds. */
  touch(cell, { at, hidden = false }) {
    if (this.exercise && at - this.seenAt < AWAY_MS) {
      this.worked[this.exercise] = (this.worked[this.exercise] || 0) + (at - this.seenAt) / 1000;
    }
    this.seenAt = at;
    if (hidden) this.exercise = null;
    else if (cell !== undefined) this.exercise = this.exerciseOf[cell] ?? null;
  }

  /** Whole seconds by exercise, to be sent. */
  read() {
    return Object.fromEntries(Object.entries(this.worked)
      .map(([id, seconds]) => [id, Math.floor(seconds)]).filter(([, seconds]) => seconds > 0));
  }

  /** The portal has heard of ``seconds``; what is left of each goes with the next. */
  told(seconds) {
    for (const [id, one] of Object.entries(seconds)) this.worked[id] -= one;
  }
}
