// *Nộp bài*: save, ask where something is blank, hand in, wait for the marks, show them and go there.
import { putParts } from "./verdict.js";
import { fill } from "./words.js";

const TRIES = 5, AGAIN_MS = 1_500, NO_LINE_MS = 2_000;
const BUTTONS = "[data-submit], [data-submit-too]";

const NO_LINE = "no line";

const attemptsLeft = () => document.querySelector("[data-attempts-left]")?.dataset.attemptsLeft;
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

export class HandingIn {
  constructor({ form, state, call, answering, stepping, makeKey, waiting = null }) {
    Object.assign(this, { form, state, call, answering, stepping, makeKey, waiting });
    this.say = state.say;
    this.busy = false;
  }

  /** ``sure``: what is asked before was answered with yes. */
  async submit({ sure = false } = {}) {
    const errors = document.getElementById("submit-errors");
    if (this.busy) return;
    this.busy = true;
    errors.hidden = true;
    this.answering.tell(this.say.submitting);
    const buttons = [...this.form.querySelectorAll(BUTTONS)]; // not disabled: focus would fall to the page
    buttons.forEach((one) => one.setAttribute("aria-disabled", "true"));
    const stop = await this.#handIn(sure).catch(() => ({ why: this.say.submit_failed }));
    if (stop?.why) {
      errors.replaceChildren(stop.why, ...(stop.step ? [" ", this.stepping.wayTo(stop.step)] : []));
      errors.hidden = false;
      this.answering.tell(stop.why, true);
    }
    if (stop) {
      const place = stop.at || errors;
      place.scrollIntoView({ block: "center" });
      place.focus({ preventScroll: true });
    }
    buttons.forEach((one) => one.removeAttribute("aria-disabled"));
    this.busy = false;
  }

  // Why it was not handed in, and where to go to mend it; null where it was.
  async #handIn(sure) {
    const { answering } = this;
    const asks = document.getElementById("submit-asks");
    answering.cells.forEach((cell) => answering.changed(cell));
    await answering.save();
    const reason = this.#reasonToStop();
    if (reason) return reason === NO_LINE ? this.#withoutLine(asks) : reason;
    asks.replaceChildren();
    const asked = !sure && await this.#ask(asks).catch(() => NO_LINE);
    if (asked) return asked === NO_LINE ? this.#withoutLine(asks) : asked;
    const answer = await this.#send();
    return answer ? this.#taken(answer) : this.#withoutLine(asks);
  }

  async #taken({ status, data }) {
    const { answering, say } = this;
    if (status === 422 && data.fields) {
      answering.showFields(data.fields);
      const step = this.stepping.stepOf(data.fields[0]?.cell);
      return { why: data.errors.join(" "), step, at: step ? null : answering.unread()[0] };
    }
    if (status !== 202) return { why: data.errors?.join(" ") || say.submit_failed };
    answering.tell(say.marking);
    await this.follow(data.id);
    const result = document.getElementById("ket-qua");
    result.scrollIntoView({ block: "start" });
    result.focus({ preventScroll: true });
    return null;
  }

  // The server's answer; null without a line. It is one hand-in, however often it is sent.
  #send() {
    const { course, lesson, release, language, submissions } = this.state;
    if (this.waiting) return this.waiting.send();
    const body = { key: this.makeKey(), course, lesson, release, language, revision: this.answering.draft.revision, answers: {} };
    return this.call("POST", submissions, body).catch(() => null);
  }

  // Where there is none it may wait; what waits already says so itself.
  async #withoutLine(asks) {
    if (!this.waiting) return { why: this.say.submit_offline };
    return await this.waiting.isHeld() ? { at: asks } : this.waiting.offer(asks);
  }

  // What to ask first stands on the page then; null where there is nothing.
  async #ask(place) {
    const { status, data } = await this.call("GET", this.#part("asks"));
    if (status !== 200 || !data.trim()) return null;
    place.replaceChildren(...new DOMParser().parseFromString(data, "text/html").body.childNodes);
    this.answering.saving.tellSaved();
    return { at: place };
  }

  #part(name) {
    const { page, step } = this.state;
    return `${page}?part=${name}&${step ? `buoc=${step}` : "xem=ca-bai"}`;
  }

  #reasonToStop() {
    const { answering, say, stepping } = this;
    const { draft, saving } = answering;
    const [parted] = Object.keys(draft.conflicts);
    if (parted) return { why: say.choose_first, at: answering.cells.get(parted).querySelector(".conflict button") };
    const [first] = answering.unread();
    if (first) return { why: say.mend, at: first };
    if (saving.offline && draft.isDirty) return NO_LINE;
    if (draft.isDirty) return { why: answering.told || say.submit_failed };
    const [unsent] = answering.store.elsewhere(), step = unsent && stepping.stepOf(unsent);
    return step ? { why: fill(say.elsewhere, { n: step }), step } : null;
  }

  /** Wait until it is marked, and show the marks. */
  async follow(id) {
    await this.#showResults();
    for (let failures = 0; failures < TRIES;) {
      try {
        const { status, data } = await this.call("GET", `${this.state.submissions}/${id}?wait=20`);
        if (status !== 200) {
          failures += 1;
          await pause(AGAIN_MS);
        } else if (data.state === "marked" || data.state === "dead") {
          this.answering.tell(data.state === "dead" ? this.say.dead : this.say.marked);
          await this.#showResults();
          return;
        } else failures = 0;
      } catch {
        failures += 1;
        await pause(NO_LINE_MS);
      }
    }
  }

  async #showResults() {
    const { status, data } = await this.call("GET", this.#part("results"));
    if (status !== 200) return;
    putParts(data);
    const none = attemptsLeft() === "0";
    this.form.querySelectorAll(BUTTONS).forEach((one) => { one.hidden = none; });
  }
}
