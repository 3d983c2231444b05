/* An author's form with its preview beside it: a moment after the last key, the preview is asked for
   by the form's own button, and its part of the page is put in the place of the old one. Without
   this script the button does the same. */

const PAUSE_MS = 900;

export function keepLive(form, page) {
  let waiting;
  let asked = 0;
  form.addEventListener("input", (event) => {
    if (event.target.type === "file") return;
    page.clearTimeout(waiting);
    waiting = page.setTimeout(() => ask(form, page, () => asked, ++asked), PAUSE_MS);
  });
}

async function ask(form, page, newest, number) {
  const said = new page.FormData(form);
  said.delete("upload");
  said.set("action", "preview");
  try {
    const answer = await page.fetch(form.getAttribute("action"), { method: "POST", body: said });
    if (number !== newest()) return;
    const parsed = new page.DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = parsed.getElementById("live");
    const shown = page.document.getElementById("live");
    if (fresh && shown) shown.replaceWith(fresh);
  } catch {
    // No line just now: the preview stays as it was, and the button asks again.
  }
}
