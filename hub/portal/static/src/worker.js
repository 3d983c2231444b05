// The service worker: shows the pages that were kept (outbox/kept_pages.js) where there is no line.
// It keeps nothing of a person itself, answers no question of the JSON interface, and sends nothing.
import { asked } from "./worker/asked.js";

const HOME = self.registration.scope, PATIENCE_MS = 10_000, STATIC = "motcham-static";
const GONE = [502, 503, 504]; // what the proxy says while the portal starts

const kept = (address) => caches.match(address, { ignoreVary: true });
const noLine = () => new Response("Không có mạng. / No connection.", {
  status: 503, headers: { "Content-Type": "text/plain; charset=utf-8" },
});

async function page(request, as) {
  const own = as && await kept(as);
  const slow = own && new Promise((done) => { setTimeout(() => done(own), PATIENCE_MS); });
  try {
    const asks = fetch(request);
    const answer = await (slow ? Promise.race([asks, slow]) : asks);
    return own && GONE.includes(answer.status) ? own : answer;
  } catch {
    return own ?? (await kept(`${HOME}waiting`)) ?? noLine();
  }
}

async function beside(request, keep) {
  const own = await kept(request.url);
  if (own) return own;
  const answer = await fetch(request);
  if (keep && answer.status === 200) {
    const copy = answer.clone();
    caches.open(STATIC).then((cache) => cache.put(request, copy)).catch(() => {});
  }
  return answer;
}

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const wanted = asked(event.request, HOME);
  if (wanted?.kind === "page") event.respondWith(page(event.request, wanted.as));
  else if (wanted) event.respondWith(beside(event.request, wanted.keep));
});
