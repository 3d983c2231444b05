// Marks that came while this window was not looked at: handed in from another one, or given by a
// person. Asked for when the reader comes back, never in between.
const placesOf = (name) => document.querySelectorAll(`[data-result="${CSS.escape(name)}"]`);
const words = (node) => node.textContent.replace(/\s+/g, " ").trim();
const PAUSE_MS = 5_000;

/** Put what is new of a fetched page in its place; true where anything was. An exercise that is
 * being changed here keeps its place: its new verdict is of another answer. */
export function putNewer(html) {
  const parts = new DOMParser().parseFromString(html, "text/html");
  const changing = [...document.querySelectorAll("[data-changed]:not([hidden])")]
    .map((one) => one.closest("[data-result]").dataset.result);
  let any = false;
  for (const part of parts.querySelectorAll("[data-for]")) {
    const name = part.dataset.for;
    if (changing.includes(name.replace(/^mark-/, ""))) continue;
    for (const place of placesOf(name)) {
      if (words(place) === words(part)) continue;
      place.replaceChildren(...part.cloneNode(true).childNodes);
      any = true;
    }
  }
  return any;
}

export function watchMarks({ page, token, tell, say }) {
  let asked = Date.now();
  document.addEventListener("visibilitychange", async () => {
    if (document.hidden || Date.now() - asked < PAUSE_MS) return;
    asked = Date.now();
    try {
      const answer = await fetch(page, { headers: { "X-Xsrftoken": token } });
      if (answer.ok && putNewer(await answer.text())) tell(say);
    } catch { /* no line: the next time may have one */ }
  });
}
