// Keeps parts of a page fresh without reloading it: what is read or typed elsewhere stays.
// Each part is marked data-fresh with an id; it is over when a part comes back without the mark.
const EVERY_MS = 10000;
async function refresh() {
  const parts = [...document.querySelectorAll("[data-fresh]")];
  if (!parts.length) return;
  try {
    const answer = await fetch(location.href, { headers: { "X-Xsrftoken": parts[0].dataset.fresh } });
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of parts) {
        const newer = page.getElementById(part.id);
        if (newer) part.replaceWith(document.importNode(newer, true));
      }
    }
  } catch { /* no line: the next round may have one */ }
  setTimeout(refresh, EVERY_MS);
}
setTimeout(refresh, EVERY_MS);
