// What a learner has typed and the server has not: decided here, without page, network or clock.
import { same, withoutContent } from "./comparing.js";

/**
 * The answers of a lesson as two sides know them. ``base`` is what the server has, ``dirty`` what
 * differs here, ``conflicts`` what was changed on both sides and waits for a choice: ``mine`` and
 * the ``base`` it started from.
 */
export class Draft {
  constructor({ revision, base }) {
    this.revision = revision;
    this.base = base;
    this.dirty = {};
    this.conflicts = {};
  }

  get isDirty() {
    return Object.keys(this.dirty).length > 0;
  }

  get hasUnsent() {
    return this.isDirty || Object.keys(this.conflicts).length > 0;
  }

  /** A control says ``value`` now. Where two versions wait for a choice nothing is changed. */
  change(id, value) {
    if (this.conflicts[id]) return;
    if (same(value, this.base[id])) delete this.dirty[id];
    else this.dirty[id] = value;
  }

  /** Was a cell last changed by who changed it from ``before``? */
  canTake(id, before) {
    return id in this.base && same(this.base[id], before);
  }

  /** What goes next. A file goes by itself: one that is no good must not hold up the rest. */
  nextToSend() {
    const entries = Object.entries(this.dirty);
    const small = entries.filter(([, one]) => one?.base64 === undefined);
    return Object.fromEntries(small.length ? small : entries.slice(0, 1));
  }

  /** The server has taken ``sent``; what was typed on meanwhile stays dirty. */
  accept(sent, revision) {
    this.revision = revision;
    for (const [id, value] of Object.entries(sent)) {
      this.base[id] = withoutContent(value);
      if (same(this.dirty[id], value)) delete this.dirty[id];
    }
  }

  /** The server does not want this answer: what it had before is kept. */
  drop(id) {
    delete this.dirty[id];
  }

  /**
   * Somebody saved in between: take over ``theirs``. Says what follows for each cell: ``write``
   * (changed there only) or ``mine`` and ``theirs`` to choose from (changed on both sides).
   */
  merge(theirs, revision) {
    this.revision = revision;
    const follows = [];
    for (const [id, stored] of Object.entries(theirs)) {
      const before = this.base[id], changedThere = !same(stored, before);
      this.base[id] = stored;
      if (!(id in this.dirty)) {
        if (changedThere && !this.conflicts[id]) follows.push({ id, write: stored });
      } else if (same(stored, this.dirty[id])) delete this.dirty[id];
      else if (changedThere) follows.push(this.part(id, this.dirty[id], stored, before));
    }
    return follows;
  }

  /** Two versions of one cell, neither of which may be lost. */
  part(id, mine, theirs, base) {
    delete this.dirty[id];
    this.conflicts[id] = { mine, base };
    return { id, mine, theirs };
  }

  /** The choice between two versions was made: the cell can be changed again. */
  choose(id) {
    delete this.conflicts[id];
  }

  /** What the browser must keep until it has arrived; null where there is nothing. */
  unsent() {
    if (!this.hasUnsent) return null;
    const mine = { ...this.dirty }, base = {};
    for (const [id, one] of Object.entries(this.conflicts)) mine[id] = one.mine;
    for (const id of Object.keys(mine)) base[id] = (this.conflicts[id] || { base: this.base[id] }).base;
    return { mine, base };
  }

  /**
   * What an earlier visit kept. ``typedNow`` has what was typed into a cell before this script
   * arrived. Says what follows, like `merge`.
   */
  restore(kept, typedNow) {
    const follows = [];
    for (const [id, mine] of Object.entries(kept.mine)) {
      if (same(mine, this.base[id])) continue;
      const now = id in typedNow ? typedNow[id] : mine;
      if (!same(now, mine)) follows.push(this.part(id, now, mine, kept.base[id]));
      else if (same(this.base[id], kept.base[id])) {
        this.dirty[id] = mine;
        follows.push({ id, write: mine });
      } else follows.push(this.part(id, mine, this.base[id], kept.base[id]));
    }
    return follows;
  }
}
