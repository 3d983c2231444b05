// From step to step: what was answered is saved first, and nobody leaves what is not.
import { fill } from "./words.js";

/** ``go(address)`` leaves the page; the browser's own, but for tests. */
export class Stepping {
  constructor({ form, state, answering, go = (address) => location.assign(address) }) {
    Object.assign(this, { form, state, answering, leave: go });
    this.say = state.say;
    this.leaving = false;
  }

  /** Along a link or a button: *Tiếp* takes an order as it stands for the answer. */
  async follow(control) {
    if (this.leaving) return;
    this.leaving = true;
    const { answering } = this;
    if (control.value) answering.cells.forEach((cell) => answering.changed(cell));
    await answering.save();
    this.leaving = false;
    const [parted] = Object.keys(answering.draft.conflicts);
    if (parted && answering.cells.has(parted)) answering.cells.get(parted).querySelector(".conflict button")?.focus();
    else if (answering.draft.isDirty && !this.#isKept()) answering.tell(this.say.stay, true);
    else this.leave(control.dataset.go || control.href);
  }

  // Without a line one may go on where what was typed is kept, and so are the lesson's pages.
  #isKept() {
    return this.answering.saving.offline && this.answering.isKept() && Boolean(navigator.serviceWorker?.controller);
  }

  /** The step in which a cell is; null where it is on this page. */
  stepOf(cell) {
    return this.answering.cells.has(cell) ? null : this.state.step_of?.[cell] ?? null;
  }

  /** A way to a step, to stand beside a sentence. */
  wayTo(step) {
    const link = document.createElement("a");
    link.href = `?buoc=${step}#buoc`;
    link.textContent = fill(this.say.to_step, { n: step });
    return link;
  }
}
