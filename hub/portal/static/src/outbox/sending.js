// Sends what waits, one after another, in one tab at a time; and says how it stands.
import { after, bodyOf, goesOn, isOld, nextOf, pauseAfter, replacedBy, waits } from "./items.js";

/**
 * ``store``: see database.js. ``reach()``: does the portal answer? Only then is anything sent, so
 * that what cannot have arrived is not said to have, perhaps. ``post(body)`` answers {status, data} or fails: no line. ``typed()``
 * sends what was typed elsewhere and says whether there was a line. ``lock(work)`` lets one tab
 * work; ``changed()`` hears of every change; ``later(work, ms)``: a timer.
 */
export class Outbox {
  constructor({ store, reach, post, typed, lock, changed, clock, later }) {
    Object.assign(this, { store, reach, post, typed, lock, changed, clock, later });
    this.now = null; // the key of what is being sent
    this.answers = new Map();
    this.failures = 0;
    this.running = null;
  }

  all() {
    return this.store.all();
  }

  async put(item) {
    await this.store.put(item, replacedBy(await this.store.all(), item));
    await this.changed();
  }

  /** Keep it, and send it if there is a line: the server's answer. Fails without one: it waits. */
  async send(item) {
    await this.put(item);
    await this.flush();
    const answer = this.answers.get(item.key);
    const kept = (await this.store.all()).find((one) => one.key === item.key);
    if (kept?.state === "stopped") await this.takeBack(item.key); // its page says why
    if (!answer || (kept && waits(kept))) throw new Error("it waits");
    return answer;
  }

  /** To be changed, or put aside. Not while it is on its way. */
  async takeBack(key) {
    await this.lock(() => this.store.remove(key));
    await this.changed();
  }

  /** Everything that waits, from the first on. */
  flush() {
    this.running ??= this.lock(() => this.#sendAll()).finally(() => { this.running = null; });
    return this.running;
  }

  async #sendAll() {
    const line = (await this.reach().catch(() => false)) && (await this.#sendItems()) && (await this.typed().catch(() => false));
    this.failures = line ? 0 : this.failures + 1;
    if (!line) this.later(() => this.flush(), pauseAfter(this.failures));
    await this.changed();
  }

  // Was there a line to the end?
  async #sendItems() {
    for (const done = new Set(); ;) {
      const item = nextOf(await this.#withoutOld(), done);
      if (!item) return true;
      done.add(item.key);
      await this.store.put({ ...item, tried: true }); // whatever happens now, it may have arrived
      this.now = item.key;
      await this.changed();
      const answer = await this.post(bodyOf(item)).catch(() => null);
      this.now = null;
      this.answers.set(item.key, answer);
      const stands = after(item, answer);
      await this.store.put(stands);
      await this.changed(stands.state === "sent" ? item : null);
      if (!goesOn(stands)) return false;
    }
  }

  async #withoutOld() {
    const items = await this.store.all(), now = this.clock();
    for (const one of items) if (isOld(one, now)) await this.store.remove(one.key);
    return items.filter((one) => !isOld(one, now));
  }
}
