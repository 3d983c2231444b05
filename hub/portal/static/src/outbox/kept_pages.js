// Lessons that were opened, kept to be read and answered without a line; each person's apart, and
// gone when they log out or somebody else logs in.
const PAGES = "motcham-pages:", STATIC = "motcham-static";
const MOST_PAGES = 40, MOST_STATIC = 150;
export const FRESH_MS = 30 * 60 * 1000;

/** The page as it is kept: it knows since when. */
export const marked = (html, at) => html.replace("<html ", `<html data-kept="${at}" `);

/** What a page needs beside itself, of our own: styles, scripts, pictures. */
export function neededBy(page, base) {
  const found = [...page.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src], img[src], [data-needs]")]
    .flatMap((one) => (one.dataset.needs ? one.dataset.needs.split(" ") : [one.getAttribute("href") ?? one.getAttribute("src")]))
    .map((address) => new URL(address, base).href);
  return [...new Set(found)].filter((address) => address.startsWith(base));
}

async function trim(cache, most) {
  const kept = await cache.keys();
  await Promise.all(kept.slice(0, Math.max(0, kept.length - most)).map((one) => cache.delete(one)));
}

/** Keep the page at ``address`` as ``as`` for ``who``, with what it needs below ``home``. */
export async function keepPage({ address, as, who, home, token, now, parse }) {
  const answer = await fetch(address, { headers: { "X-Xsrftoken": token } });
  if (!answer.ok || answer.redirected) return false;
  const html = await answer.text();
  const beside = await caches.open(STATIC);
  for (const one of neededBy(parse(html), home))
    if (!(await beside.match(one, { ignoreVary: true }))) await beside.add(one).catch(() => {});
  const pages = await caches.open(PAGES + who);
  await pages.delete(as);
  await pages.put(as, new Response(marked(html, now), { headers: {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": answer.headers.get("Content-Security-Policy"),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
  } }));
  await Promise.all([trim(pages, MOST_PAGES), trim(beside, MOST_STATIC)]);
  return true;
}

/** Addresses of the pages that are kept for ``who``. */
export async function keptFor(who) {
  const pages = await caches.open(PAGES + who);
  return (await pages.keys()).map((one) => one.url);
}

/** Forget the pages of everybody but ``who`` (of everybody: none given), and what they showed of
 * answers that had arrived. What waits to be sent stays: nobody else's script asks for it. */
export async function forgetPages(storage, who = null) {
  const mine = `${PAGES}${who}`, names = globalThis.caches ? await caches.keys() : [];
  await Promise.all(names.filter((one) => one.startsWith(PAGES) && one !== mine).map((one) => caches.delete(one)));
  const stored = Array.from({ length: storage.length }, (_one, place) => storage.key(place));
  stored.filter((one) => one.startsWith("motcham:") && one.endsWith(":known") && !one.startsWith(`motcham:${who}:`))
    .forEach((one) => storage.removeItem(one));
}

/** Nobody is logged in here any more. */
export async function leave(storage) {
  await forgetPages(storage);
  const workers = (await navigator.serviceWorker?.getRegistrations()) ?? [];
  await Promise.all(workers.map((one) => one.unregister()));
}
