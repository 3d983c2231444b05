// A lesson's page while its hand-in waits for a line: what was handed in is not changed any more,
// unless it is taken back; how it stands is said, and where it leads.
import { lessonOf, waits } from "../outbox/items.js";
import { saidOf } from "../outbox/showing.js";

const BUTTONS = "[data-submit], [data-submit-too]";

export class Waiting {
  constructor({ form, state, answering, outbox, words, time, clock = () => Date.now(), makeKey }) {
    Object.assign(this, { form, state, answering, outbox, words, time, clock, makeKey });
    this.lesson = lessonOf(state);
    this.locked = [];
  }

  /** Hand in what has been saved: the server's answer; null where it waits for a line now. */
  async send() {
    this.quiet = true; // the page says itself how it goes
    try {
      return await this.outbox.send(this.makeItem({}));
    } catch {
      return null;
    } finally {
      this.quiet = false;
      this.shown = false;
    }
  }

  /** This lesson's hand-in as the outbox keeps it. */
  makeItem(answers) {
    const { who, course, lesson, release, language, page } = this.state;
    return {
      key: this.makeKey(), state: "waiting", tried: false, at: this.clock(),
      title: document.querySelector("h1")?.textContent ?? lesson,
      who, course, lesson, release, language, page, answers, revision: this.answering.draft.revision,
    };
  }

  /** Does this lesson's hand-in wait already? It says so then. */
  async isHeld() {
    const items = await this.outbox.all();
    this.show(items);
    return items.some((one) => lessonOf(one) === this.lesson && waits(one));
  }

  /** Ask whether it is to be handed in once there is a line; where to look. */
  offer(place) {
    const note = document.createElement("div"), actions = document.createElement("p");
    note.className = "note warn";
    note.setAttribute("role", "alert");
    actions.className = "actions";
    actions.append(this.#button(this.words.offer_yes, () => this.#handInLater(place)));
    note.append(...[this.words.offer, this.words.when_counts].map((text) => paragraph(text)), actions);
    place.replaceChildren(note);
    return { at: place };
  }

  async #handInLater(place) {
    this.answering.keep();
    const unsent = this.answering.store.kept()?.mine ?? {};
    await this.outbox.put(this.makeItem({ ...unsent, ...this.answering.draft.dirty }));
    place.focus({ preventScroll: true });
    this.outbox.flush();
  }

  /** Of ``items`` this lesson's: say how it stands; lock the answers while it waits. */
  show(items) {
    if (this.quiet) return;
    const place = document.getElementById("submit-asks");
    const mine = items.filter((one) => lessonOf(one) === this.lesson).sort((a, b) => b.at - a.at)[0];
    const holds = Boolean(mine && waits(mine));
    this.#lock(holds);
    if (!mine) {
      if (this.shown) place?.replaceChildren();
      this.shown = false;
      return;
    }
    const said = saidOf(mine, { words: this.words, now: this.outbox.now, time: this.time });
    if (holds) this.answering.tell(said, mine.state === "session");
    if (mine.state === "sent" && !this.shown) return; // an old one: the page itself shows its marks
    this.shown = true;
    if (place && place.textContent !== said) place.replaceChildren(this.#note(mine, said));
  }

  #note(item, said) {
    const note = document.createElement("div"), actions = document.createElement("p");
    note.className = { sent: "note good", stopped: "note bad" }[item.state] ?? "note warn";
    note.setAttribute("role", "status");
    note.append(paragraph(said));
    if (waits(item)) {
      note.append(paragraph(this.words.when_counts));
      if (item.tried) note.append(paragraph(this.words.tried));
      if (item.key !== this.outbox.now) actions.append(this.#button(this.words.back, () => this.outbox.takeBack(item.key)));
    } else if (item.state === "stopped") actions.append(this.#button(this.words.aside, () => this.outbox.takeBack(item.key)));
    else actions.append(resultLink(this.words.result, this.state));
    actions.className = "actions";
    note.append(actions);
    return note;
  }

  #button(text, act) {
    const one = document.createElement("button");
    Object.assign(one, { type: "button", textContent: text });
    one.addEventListener("click", act);
    return one;
  }

  #lock(on) {
    if (on === this.answering.saving.held) return;
    this.answering.saving.held = on;
    if (on) {
      const fields = this.form.querySelectorAll("[data-cell] :is(input, select, textarea, button)");
      this.locked = [...fields].filter((one) => !one.disabled);
    }
    this.locked.forEach((one) => { one.disabled = on; });
    for (const one of this.form.querySelectorAll(".editor")) one.inert = on;
    for (const one of this.form.querySelectorAll(BUTTONS)) one.hidden = on;
    if (!on && this.answering.draft.isDirty) this.answering.save();
  }
}

function paragraph(text) {
  const one = document.createElement("p");
  one.textContent = text;
  return one;
}

function resultLink(text, { page, step }) {
  const link = document.createElement("a");
  Object.assign(link, { className: "button", textContent: text });
  link.href = step ? `${page}?buoc=${step}#ket-qua` : `${page}?xem=ca-bai#ket-qua`;
  return link;
}
