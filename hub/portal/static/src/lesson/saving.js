// Sends what is dirty, one request at a time, and says how that stands.
const TRY_AGAIN_MS = 2_000, TRY_AGAIN_AT_MOST_MS = 30_000;

/**
 * ``page`` knows what this must tell or change there: ``tell(text, bad)``, ``isKept()``,
 * ``unread()``, ``accepted(fields)``, ``refused(fields)``, ``merge(theirs, revision)``.
 */
export class Saving {
  constructor({ draft, workedTime, call, state, page }) {
    Object.assign(this, { draft, workedTime, call, page });
    this.address = `${state.api}/answers`;
    this.language = state.language;
    this.say = state.say;
    this.timer = 0;
    this.running = null;
    this.offline = false;
    this.held = false; // what was handed in and waits goes as it is, by itself
    this.retryMs = TRY_AGAIN_MS;
  }

  /** Now, or when what is under way has ended. */
  save() {
    clearTimeout(this.timer);
    this.running ??= this.#sendDirty().finally(() => { this.running = null; });
    return this.running;
  }

  soon(ms) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save(), ms);
  }

  wait() {
    clearTimeout(this.timer);
  }

  tellSaved() {
    const some = this.page.unread().length > 0;
    this.page.tell(some ? this.say.unread : this.say.saved, some);
  }

  async #sendDirty() {
    while (this.draft.isDirty && !this.held) {
      const sent = this.draft.nextToSend(), worked = this.workedTime.read();
      let answer;
      try {
        answer = await this.call("PUT", this.address,
          { revision: this.draft.revision, answers: sent, worked, language: this.language });
      } catch {
        this.offline = true;
        this.#later(this.page.isKept() ? this.say.offline : this.say.unkept);
        return;
      }
      this.offline = false;
      if (!this.#goesOn(answer, sent, worked)) return;
    }
  }

  // Whether there may be more to send at once.
  #goesOn({ status, data }, sent, worked) {
    if (status === 200) {
      this.retryMs = TRY_AGAIN_MS;
      this.workedTime.told(worked);
      this.draft.accept(sent, data.revision);
      this.page.accepted(data.fields);
      this.tellSaved();
      return true;
    }
    if (status === 409) {
      this.page.merge(data.answers, data.revision);
      return true;
    }
    if (status === 422 && data.fields) {
      this.page.refused(data.fields);
      this.page.tell(data.errors.join(" "), true);
      return true;
    }
    if (status === 422 || status === 413) this.page.tell(data.errors?.join(" ") || this.say.failed, true);
    else this.#later(status === 401 || status === 403 ? this.say.session : this.say.failed);
    return false;
  }

  #later(text) {
    this.page.tell(text, true);
    this.soon(this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, TRY_AGAIN_AT_MOST_MS);
  }
}
