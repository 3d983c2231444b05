// *Nộp bài*: save, hand in, wait for the marks, show them and go there.

const TRIES = 5, AGAIN_MS = 1_500, NO_LINE_MS = 2_000;
const BUTTONS = "[data-submit], [data-submit-too]";

const attemptsLeft = () => document.querySelector("[data-attempts-left]")?.dataset.attemptsLeft;
const pause = (ms) => new Promise((done) => { setTimeout(done, ms); });

export class HandingIn {
  constructor({ form, state, call, answering }) {
    Object.assign(this, { form, state, call, answering });
    this.say = state.say;
    this.busy = false;
  }

  async submit() {
    const errors = document.getElementById("submit-errors");
    if (this.busy || (attemptsLeft() === "1" && !confirm(this.say.last))) return;
    this.busy = true;
    errors.hidden = true;
    this.answering.tell(this.say.submitting);
    const buttons = [...this.form.querySelectorAll(BUTTONS)]; // not disabled: focus would fall to the page
    buttons.forEach((one) => one.setAttribute("aria-disabled", "true"));
    const stop = await this.#handIn().catch(() => ({ why: this.say.submit_failed }));
    if (stop) {
      errors.textContent = stop.why;
      errors.hidden = false;
      this.answering.tell(stop.why, true);
      const place = stop.at || errors;
      place.scrollIntoView({ block: "center" });
      place.focus({ preventScroll: true });
    }
    buttons.forEach((one) => one.removeAttribute("aria-disabled"));
    this.busy = false;
  }

  // Why it was not handed in, and where to go to mend it; null where it was.
  async #handIn() {
    const { answering, say, state } = this;
    answering.cells.forEach((cell) => answering.changed(cell));
    await answering.save();
    const reason = this.#reasonToStop();
    if (reason) return reason;
    let answer;
    try {
      answer = await this.call("POST", state.submissions, {
        course: state.course, lesson: state.lesson, revision: answering.draft.revision, language: state.language,
      });
    } catch {
      return { why: say.submit_offline };
    }
    const { status, data } = answer;
    if (status === 422 && data.fields) {
      answering.showFields(data.fields);
      return { why: data.errors.join(" "), at: answering.unread()[0] };
    }
    if (status !== 202) return { why: data.errors?.join(" ") || say.submit_failed };
    answering.tell(say.marking);
    await this.follow(data.id);
    const result = document.getElementById("ket-qua");
    result.scrollIntoView({ block: "start" });
    result.focus({ preventScroll: true });
    return null;
  }

  #reasonToStop() {
    const { answering, say } = this;
    const { draft } = answering;
    const [parted] = Object.keys(draft.conflicts);
    if (parted) return { why: say.choose_first, at: answering.cells.get(parted).querySelector(".conflict button") };
    const [first] = answering.unread();
    if (first) return { why: say.mend, at: first };
    if (!draft.isDirty) return null;
    return { why: answering.saving.offline ? say.submit_offline : answering.told || say.submit_failed };
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
    const { status, data } = await this.call("GET", `${this.state.page}?part=results`);
    if (status !== 200) return;
    const parts = new DOMParser().parseFromString(data, "text/html");
    for (const part of parts.querySelectorAll("[data-for]"))
      for (const place of document.querySelectorAll(`[data-result="${CSS.escape(part.dataset.for)}"]`))
        place.replaceChildren(...part.cloneNode(true).childNodes);
    const none = attemptsLeft() === "0";
    this.form.querySelectorAll(BUTTONS).forEach((one) => { one.hidden = none; });
  }
}
