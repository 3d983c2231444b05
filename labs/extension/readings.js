// How the portal read the form cells of a notebook that was stored, and what follows here.
//
// A form cell's number is read as on the lesson page, and stands in the cell as it was read: what
// is seen is what is marked. What is typed on in the meantime stays.
import { _ } from "./words.js";

const sourceOf = (cell) => [cell.source].flat().join("");

/**
 * The cells to rewrite, as ``[id, source]``: those that could be read and that still say what was
 * sent. ``now(id)`` is what a cell says, undefined where there is none.
 */
export function cellsToRewrite(sent, { fields = [], sources = {} }, now) {
  const bad = new Set(fields.filter((one) => one.error).map((one) => one.cell));
  return Object.entries(sources).filter(([id]) => {
    const before = sent.cells.find((one) => one.id === id);
    return before && !bad.has(id) && now(id) === sourceOf(before);
  });
}

/** What to tell the learner of it: a text (none where all is plain), and whether some is bad. */
export function tellReadings({ fields = [] }) {
  const told = fields.filter((one) => one.error || one.said);
  const text = told.map((one) => (one.error
    ? _("“{label}”: {why}", { label: one.label, why: one.error })
    : _("“{label}”: “{typed}” – {said}.", one))).join("\n");
  return { text, bad: told.some((one) => one.error) };
}
