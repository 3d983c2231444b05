// Choosing a file in the page's language: see the chooser in parts.html.

/** What to say of the files that were chosen; ``none`` where none was. */
export const namesOf = (files, none) => [...files].map((file) => file.name).join(", ") || none;

/** Keep the words beside a file's button true, also when its form is emptied. */
export function showNames(chooser) {
  const input = chooser.querySelector("input"), chosen = chooser.querySelector(".chosen");
  const show = () => { chosen.textContent = namesOf(input.files, chosen.dataset.none); };
  input.addEventListener("change", show);
  input.form?.addEventListener("reset", () => setTimeout(show)); // the field is emptied after this
  show();
  chooser.classList.add("ready");
}
