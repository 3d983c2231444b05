// The learner's answers on the page: controls, draft, store and saving put together.
import { BrowserStore, know, knownOf } from "./browser_store.js";
import { faultOf, readChosen } from "./chosen_file.js";
import { showConflict } from "./conflict.js";
import { Controls, holdsNumbers, wasTouched } from "./controls.js";
import { Draft } from "./draft.js";
import { fieldOf, isStill, sayAt, unread, wordsFor } from "./fields.js";
import { Saving } from "./saving.js";
import { dropVerdict } from "./verdict.js";
import { fill } from "./words.js";

const PAUSE_MS = 900, NUMBER_PAUSE_MS = 350; // a number is read by the server: at once

export class Answering {
  constructor({ form, state, call, workedTime, key }) {
    this.form = form;
    this.say = state.say;
    this.exerciseOf = state.exercise_of;
    this.cells = new Map([...form.querySelectorAll("[data-cell]")].map((cell) => [cell.dataset.cell, cell]));
    this.controls = new Controls(state);
    this.draft = new Draft({
      revision: state.revision,
      base: this.#asTyped(state.answers),
    });
    const { page, api, language } = state;
    this.adopted = new Set(); // cells of other steps that are sent from here
    this.store = new BrowserStore(key, (id) => this.cells.has(id) || this.adopted.has(id), { page, api, language, title: document.title });
    this.saveState = form.querySelector("[data-save-state]");
    this.saving = new Saving({ draft: this.draft, workedTime, call, state, page: this });
    for (const [id, cell] of this.cells) if (cell.dataset.kind === "file") cell.chosen = this.draft.base[id];
  }

  #asTyped(answers) {
    return Object.fromEntries(Object.entries(answers).map(([id, one]) =>
      [id, this.controls.asTyped(this.cells.get(id), one)]));
  }

  // --- how it stands, for the learner ------------------------------------------------------------

  tell(text, bad = false) {
    if (!this.saveState) return;
    this.saveState.textContent = text;
    this.saveState.classList.toggle("bad", bad);
  }

  get told() {
    return this.saveState?.textContent || "";
  }

  unread() {
    return unread(this.form);
  }

  isKept() {
    return this.store.works;
  }

  keep() {
    this.store.keep(this.draft.unsent(), this.draft.revision);
  }

  // --- what the learner does ---------------------------------------------------------------------

  changed(cell) {
    const id = cell.dataset.cell;
    if (this.draft.conflicts[id]) return;
    this.draft.change(id, this.controls.read(cell));
    this.keep();
    if (id in this.draft.dirty) dropVerdict(this.exerciseOf[id]);
    if (this.draft.isDirty) {
      this.tell(this.say.saving);
      this.saving.soon(holdsNumbers(cell) ? NUMBER_PAUSE_MS : PAUSE_MS);
    } else {
      this.saving.wait();
      this.saving.tellSaved();
    }
  }

  save() {
    return this.saving.save();
  }

  async chosen(cell, file) {
    const id = cell.dataset.cell, fault = faultOf(file, this.say);
    if (fault) {
      this.#giveBack([{ cell: id, row: null, error: fault }]);
      return;
    }
    sayAt(cell.querySelector("input"), this.say.checking);
    cell.chosen = await readChosen(file);
    this.changed(cell);
    await this.save();
  }

  /** One place up or down in an order; said to whoever does not see it. */
  move(button) {
    const item = button.closest("li"), cell = button.closest("[data-cell]"), up = Number(button.dataset.move) < 0;
    const other = up ? item.previousElementSibling : item.nextElementSibling;
    if (!other) return;
    if (up) other.before(item);
    else other.after(item);
    button.focus();
    const n = [...item.parentNode.children].indexOf(item) + 1;
    cell.querySelector("[data-moved]").textContent =
      fill(this.say.moved, { item: item.querySelector(".text").textContent, n });
    this.changed(cell);
  }

  // --- what the server says ----------------------------------------------------------------------

  accepted(fields) {
    this.#showRevision();
    this.keep();
    this.showFields(fields);
  }

  refused(fields) {
    this.#giveBack(fields);
    this.keep();
  }

  merge(theirs, revision) {
    const known = Object.entries(theirs).filter(([id]) => this.cells.has(id));
    const follows = this.draft.merge(this.#asTyped(Object.fromEntries(known)), revision);
    this.#showRevision();
    follows.forEach((one) => this.#follow(one));
    this.keep();
  }

  showFields(fields) {
    for (const one of fields) {
      const cell = this.cells.get(one.cell), field = cell && fieldOf(cell, one);
      if (!field || !isStill(field, one.typed)) continue; // typed on since
      const before = field.type === "file" ? this.draft.base[one.cell]?.name : "";
      const { text, ...how } = wordsFor(one, before, this.say);
      sayAt(field, text, how);
    }
  }

  // What was not taken: the cell has again what the server had before.
  #giveBack(fields) {
    for (const { cell: id } of fields) {
      const cell = this.cells.get(id);
      this.draft.drop(id);
      if (cell) cell.chosen = this.draft.base[id];
    }
    this.showFields(fields);
  }

  // A page that was kept is older than what the server had last.
  #catchUp(touched) {
    const known = document.documentElement.dataset.kept && knownOf(this.store.key);
    if (!(known?.revision > this.draft.revision)) return;
    this.draft.merge(known.base, known.revision).filter(({ id }) => !touched.includes(id)).forEach((one) => this.#follow(one));
  }

  // What another step could not send, and nobody has changed since, goes from here.
  #adopt({ mine, base }) {
    for (const id of this.store.elsewhere().filter((one) => this.draft.canTake(one, base[one]))) {
      this.adopted.add(id);
      this.draft.change(id, mine[id]);
    }
  }

  #showRevision() {
    const { revision, base } = this.draft;
    this.form.elements.revision.value = revision;
    know(this.store.key, { revision, base });
  }

  #follow({ id, write, ...both }) {
    const cell = this.cells.get(id);
    if (!cell) return; // of another step
    if (!("mine" in both)) this.controls.write(cell, write);
    else showConflict(cell, both, {
      say: this.say,
      describe: (of, value) => this.controls.describe(of, value),
      choose: (value) => {
        this.draft.choose(id);
        this.controls.write(cell, value);
        this.changed(cell);
      },
    });
  }

  // --- when the page opens -----------------------------------------------------------------------

  /** What an earlier visit could not send, and what was typed before this script arrived. */
  restoreUnsent() {
    const touched = [...this.cells.values()].filter(wasTouched);
    this.#catchUp(touched.map((cell) => cell.dataset.cell));
    const kept = this.store.kept() || { mine: {}, base: {} };
    const typedNow = Object.fromEntries(touched.map((cell) => [cell.dataset.cell, this.controls.read(cell)]));
    const mine = Object.fromEntries(Object.entries(kept.mine).filter(([id]) => this.cells.has(id)));
    this.draft.restore({ mine, base: kept.base }, typedNow).forEach((one) => this.#follow(one));
    this.#adopt(kept);
    for (const cell of touched) {
      if (cell.dataset.kind === "file") this.chosen(cell, cell.querySelector("input").files[0]);
      else this.changed(cell);
    }
    this.keep();
    if (this.draft.isDirty) this.save();
  }
}
