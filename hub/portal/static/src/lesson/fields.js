// How the server read a field: said beside it, in figures to see and in words to hear.
import { fill } from "./words.js";

/** The fields that could not be read. */
export const unread = (form) => [...form.querySelectorAll('[aria-invalid="true"]')];

export function sayAt(field, text, { bad = false, words = "" } = {}) {
  const said = document.getElementById(field.getAttribute("aria-describedby"));
  field.setAttribute("aria-invalid", bad);
  if (!said) return;
  said.classList.toggle("bad", bad);
  if (!words || words === text) {
    said.textContent = text;
    return;
  }
  const seen = document.createElement("span"), heard = document.createElement("span");
  seen.textContent = text;
  seen.setAttribute("aria-hidden", "true");
  heard.textContent = words;
  heard.className = "sr";
  said.replaceChildren(seen, heard);
}

/** The control that the server's ``{row, column}`` means. */
export const fieldOf = (cell, { row, column }) =>
  row === null ? cell.querySelector("input")
    : cell.querySelector(`[data-row="${row}"][data-key="${CSS.escape(column)}"]`);

/** Does what the server said still fit what stands in the field? */
export const isStill = (field, typed) => field.type === "file" || field.value.trim() === typed;

/** What to say at a field; where a file was refused also which one is kept, ``before``. */
export function wordsFor({ error, said, words }, before, say) {
  if (!error) return { text: said, bad: false, words };
  return { text: before ? `${error} ${fill(say.kept_file, { name: before })}` : error, bad: true, words: "" };
}
