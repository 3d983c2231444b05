// The controls of a cell: what they say, and how to make them say something.
//
// A number is read by the server alone (docs/decisions/0035): here it is a text, sent as typed.
import { sayAt } from "./fields.js";

const all = (root, selector) => [...root.querySelectorAll(selector)];
const givenOf = (cell) => JSON.parse(cell.querySelector("[data-given]").textContent);
const written = (cell) => cell.querySelector("input, textarea");

/** A stored number as it is written in a field of that language. */
export function typed(value, language) {
  if (typeof value !== "number") return value ?? null;
  return language === "vi" ? String(value).replace(".", ",") : String(value);
}

function put(field, value, { language }) {
  field.value = typed(value, language) ?? "";
  sayAt(field, "");
}

function readTable(cell) {
  const given = givenOf(cell);
  const rows = given.rows.map((row) => Object.fromEntries(given.columns.map((key) => [key, row[key] ?? null])));
  let touched = false;
  for (const field of all(cell, "[data-row]")) {
    const text = field.value.trim();
    touched ||= Boolean(text);
    rows[field.dataset.row][field.dataset.key] = text || null;
  }
  return touched ? rows : null;
}

function tableAsTyped(cell, rows, { language }) {
  const given = givenOf(cell).rows;
  return rows && rows.map((row, place) => Object.fromEntries(Object.entries(row).map(([key, one]) =>
    [key, key in (given[place] || {}) ? one : typed(one, language)])));
}

// By kind of cell: `read` its controls, `write` into them, and how a stored value stands in them.
const KINDS = {
  single: {
    read: (cell) => cell.querySelector("input:checked")?.value ?? null,
    write: (cell, value) => all(cell, "input").forEach((one) => { one.checked = one.value === value; }),
  },
  multiple: {
    read: (cell) => {
      const chosen = all(cell, "input:checked").map((one) => one.value);
      return chosen.length ? chosen : null;
    },
    write: (cell, value) => all(cell, "input").forEach((one) => { one.checked = (value || []).includes(one.value); }),
  },
  number: {
    read: (cell) => cell.querySelector("input").value.trim() || null,
    write: (cell, value, page) => put(cell.querySelector("input"), value, page),
    asTyped: (cell, value, { language }) => typed(value, language),
  },
  text: {
    read: (cell) => written(cell).value || null,
    write: (cell, value) => { written(cell).value = value || ""; },
  },
  match: {
    read: (cell) => {
      const pairs = Object.fromEntries(all(cell, "select").map((one) => [one.dataset.key, one.value || null]));
      return Object.values(pairs).some(Boolean) ? pairs : null;
    },
    write: (cell, value) => all(cell, "select").forEach((one) => { one.value = value?.[one.dataset.key] || ""; }),
  },
  order: {
    read: (cell) => all(cell, "li").map((one) => one.dataset.key),
    write: (cell, value) => {
      const list = cell.querySelector("ol");
      (value || []).forEach((key) => list.append(list.querySelector(`li[data-key="${CSS.escape(key)}"]`) ?? ""));
    },
  },
  table: {
    read: readTable,
    write: (cell, rows, page) => {
      for (const field of all(cell, "[data-row]")) put(field, rows?.[field.dataset.row]?.[field.dataset.key], page);
    },
    asTyped: tableAsTyped,
  },
  file: {
    read: (cell) => cell.chosen ?? null,
    write: (cell, value, { say }) => {
      cell.chosen = value;
      sayAt(cell.querySelector("input"), value?.name || say.empty);
    },
  },
  code: {
    read: (cell) => cell.querySelector("textarea").value,
    write: (cell, value) => {
      cell.querySelector("textarea").value = value ?? "";
      cell.editor?.write(value ?? "");
    },
  },
};

/** Whether its numbers are read while they are typed. */
export const holdsNumbers = (cell) => ["number", "table"].includes(cell.dataset.kind);

/** Was the cell changed before this script arrived? Its controls then differ from the page's own. */
export function wasTouched(cell) {
  return all(cell, "input, select, textarea").some((field) => {
    if (field.type === "file") return field.files.length > 0;
    if (field.type === "radio" || field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    const first = [...field.options].find((one) => one.defaultSelected) ?? field.options[0];
    return field.value !== first?.value;
  });
}

/** All cells' controls on a page in ``language``. */
export class Controls {
  constructor({ language, say }) {
    this.page = { language, say };
  }

  read(cell) {
    return KINDS[cell.dataset.kind].read(cell);
  }

  write(cell, value) {
    KINDS[cell.dataset.kind].write(cell, value, this.page);
  }

  /** A stored answer as its controls say it; of a cell that the page does not show, a number. */
  asTyped(cell, value) {
    if (!cell) return typed(value, this.page.language);
    const kind = KINDS[cell.dataset.kind];
    return kind.asTyped ? kind.asTyped(cell, value, this.page) : value;
  }

  /** An answer in words, to choose between two. */
  describe(cell, value) {
    if (value === null || value === undefined || value === "") return this.page.say.empty;
    if (typeof value === "string") return cell.dataset.kind === "single" ? labelOf(cell, value) : value;
    if (Array.isArray(value))
      return value.map((one) => (typeof one === "string" ? labelOf(cell, one)
        : Object.values(one).map((each) => each ?? "–").join(" | "))).join("\n");
    if (value.name) return value.name;
    return Object.entries(value).map(([key, one]) => `${key}: ${one ?? "–"}`).join("\n");
  }
}

function labelOf(cell, key) {
  const field = cell.querySelector(`[value="${CSS.escape(key)}"]`);
  return field?.closest("label, li")?.innerText?.trim() || field?.textContent || key;
}
