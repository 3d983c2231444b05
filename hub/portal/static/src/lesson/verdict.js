// What was said of an answer holds for that answer: once it changes, the tick goes, the words stay.

const placesOf = (grade) => document.querySelectorAll(`[data-result="${CSS.escape(grade)}"]`);

/** The answer of an exercise has changed: take back its verdict, not what was said with it. */
export function dropVerdict(grade) {
  if (!grade) return;
  for (const place of placesOf(grade)) {
    const verdict = [...place.querySelectorAll("[data-verdict]")];
    if (!verdict.length || verdict[0].hidden) continue;
    verdict.forEach((one) => { one.hidden = true; });
    const changed = place.querySelector("[data-changed]");
    changed.textContent ||= changed.dataset.changed;
    changed.hidden = false;
    place.querySelector(".note").className = "note";
  }
  for (const mark of placesOf(`mark-${grade}`)) mark.replaceChildren();
}

/** Put the parts of a fetched page where they belong. */
export function putParts(html) {
  const parts = new DOMParser().parseFromString(html, "text/html");
  for (const part of parts.querySelectorAll("[data-for]"))
    for (const place of placesOf(part.dataset.for)) place.replaceChildren(...part.cloneNode(true).childNodes);
}
