// Keeps parts of a page fresh without reloading it: what is read or typed elsewhere stays.
// Each part is marked data-fresh with an id; it is over when a part comes back without the mark.
const EVERY_MS = 10_000;

const parts = () => [...document.querySelectorAll("[data-fresh]")];

/** Put the parts of ``html`` in the place of those on the page. */
export function putIn(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  for (const part of parts()) {
    const newer = page.getElementById(part.id);
    if (newer) part.replaceWith(document.importNode(newer, true));
  }
}

export function keepFresh() {
  if (parts().length) setTimeout(refresh, EVERY_MS);
}

async function refresh() {
  try {
    const answer = await fetch(location.href, { headers: { "X-Xsrftoken": parts()[0]?.dataset.fresh } });
    if (answer.ok) putIn(await answer.text());
  } catch { /* no line: the next round may have one */ }
  keepFresh();
}
