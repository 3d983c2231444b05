// What a request is to the service worker; by its address alone.
const LESSON = /^courses\/[a-z0-9-]+\/lessons\/[a-z0-9-]+$/;
const MEDIA = /^courses\/[a-z0-9-]+\/media\//;

/** {kind, as}: ``page`` with the address it would be kept under, ``beside`` what pages need; null:
 * not for us. ``home``: the address that everything of the portal stands below. */
export function asked({ url, mode, method }, home) {
  if (!url.startsWith(home)) return null;
  const { origin, pathname, search } = new URL(url), path = pathname.slice(new URL(home).pathname.length);
  if (mode === "navigate") return { kind: "page", as: LESSON.test(path) ? origin + pathname : null };
  if (method !== "GET") return null;
  if ((path.startsWith("static/") && search.startsWith("?v=")) || MEDIA.test(path)) return { kind: "beside", keep: path.startsWith("static/") };
  return null;
}
