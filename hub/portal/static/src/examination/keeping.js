// What is typed of an item: kept in this browser at every change, sent every few seconds, and kept
// until it has arrived. One request at a time.
const EVERY_MS = 3_000, TRY_AGAIN_MS = 3_000, AT_MOST_MS = 20_000;

/** What is in a form's controls as text; order and names as a form post has them. ``but``: names left out. */
export function typedIn(form, but = ["_xsrf", "action", "text"]) {
  const fields = [];
  for (const control of form.elements) {
    const { name, type } = control;
    if (!name || but.includes(name) || type === "submit" || type === "button") continue;
    if ((type === "radio" || type === "checkbox") && !control.checked) continue;
    fields.push([name, control.value]);
  }
  return new URLSearchParams(fields).toString();
}

/** Put ``text`` of `typedIn` back into the form's controls. */
export function putBack(form, text) {
  const said = new URLSearchParams(text);
  for (const control of form.elements) {
    if (!control.name?.startsWith("a-")) continue;
    if (control.type === "radio" || control.type === "checkbox")
      control.checked = said.getAll(control.name).includes(control.value);
    else control.value = said.get(control.name) ?? "";
  }
}

/** One item's text in this browser's store; a full or forbidden one is none, and the page goes on. */
export class Kept {
  constructor(key, store = globalThis.localStorage) {
    Object.assign(this, { key, store, works: true });
  }

  write(text) {
    try {
      if (text === null) this.store.removeItem(this.key);
      else this.store.setItem(this.key, text);
      this.works = true;
    } catch {
      this.works = false;
    }
  }

  read() {
    try {
      return this.store.getItem(this.key);
    } catch {
      return null;
    }
  }

  /** Forget other items of the same person: what was answered is the server's. */
  forgetOthers(prefix) {
    try {
      Object.keys(this.store).filter((one) => one.startsWith(prefix) && one !== this.key)
        .forEach((one) => this.store.removeItem(one));
    } catch { /* no store, nothing to forget */ }
  }
}

/**
 * ``send(text)`` asks the portal: ``text`` is what was typed, or null where only the time is asked;
 * it gives the answer's ``{status, data}`` or throws where there is no line.
 * ``page``: ``read()`` what stands there; ``tell(how)`` one of "saved", "saving", "away", "unkept",
 * "refused"; ``hear(data)`` what the portal said.
 */
export class Keeping {
  constructor({
    page, kept, send, sent, // a browser's own two are only called as the window's
    later = (work, ms) => setTimeout(work, ms), cancel = (timer) => clearTimeout(timer),
  }) {
    Object.assign(this, { page, kept, send, later, cancel });
    this.sent = sent; // what the portal has
    this.running = null;
    this.timer = null;
    this.retryMs = TRY_AGAIN_MS;
  }

  get isDirty() {
    return this.page.read() !== this.sent;
  }

  /** Something was typed. */
  changed() {
    if (!this.isDirty) return;
    this.kept.write(this.page.read());
    this.page.tell("saving");
    this.timer ??= this.later(() => this.flush(), EVERY_MS);
  }

  /** Send now what is dirty, or ask for the time. Has all that stands there arrived? */
  async flush() {
    this.cancel(this.timer);
    this.timer = null;
    this.running ??= this.#ask().finally(() => { this.running = null; });
    return await this.running && !this.isDirty;
  }

  async #ask() {
    const text = this.page.read(), dirty = text !== this.sent;
    let answer;
    try {
      answer = await this.send(dirty ? text : null);
    } catch {
      answer = { status: 0 };
    }
    if (answer.status === 200) {
      this.#arrived(dirty ? text : this.sent, answer.data);
      return true;
    }
    if ([400, 404, 413, 422].includes(answer.status)) { // it will not be taken the next time either
      this.page.tell("refused", answer.data);
      return false;
    }
    this.#again(answer.status);
    return false;
  }

  #arrived(text, data) {
    this.retryMs = TRY_AGAIN_MS;
    this.sent = text;
    this.page.hear(data);
    if (this.isDirty) {
      this.timer ??= this.later(() => this.flush(), EVERY_MS);
    } else {
      this.kept.write(null);
      this.page.tell("saved");
    }
  }

  #again(status) {
    this.page.tell(status === 401 || status === 403 ? "session" : this.kept.works ? "away" : "unkept");
    this.timer ??= this.later(() => this.flush(), this.retryMs);
    this.retryMs = Math.min(this.retryMs * 2, AT_MOST_MS);
  }
}
