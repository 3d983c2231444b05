// Pages kept for the time without a line: whose they are, and when they go.
import assert from "node:assert/strict";
import test from "node:test";
import { forgetPages, keepPage, keptFor, leave, marked, neededBy } from "../../../../../hub/portal/static/src/outbox/kept_pages.js";
import { openPage, set } from "../page.mjs";

const HOME = "http://127.0.0.1/services/portal/";
const HTML = '<!doctype html><html lang="vi"><head><link rel="stylesheet" href="/services/portal/static/a.css?v=1"></head>'
  + '<body><h1>Bài</h1><img src="/services/portal/courses/a/media/ab/x.svg"><img src="data:image/png;base64,">'
  + '<script src="https://other.test/x.js"></script><script data-needs="/services/portal/static/h.js?v=2"></script></body></html>';
const parse = (html) => new DOMParser().parseFromString(html, "text/html");

function cacheStorage() {
  const all = new Map();
  const cache = () => {
    const kept = new Map(), name = (one) => one.url ?? one;
    return {
      keys: async () => [...kept.keys()].map((url) => ({ url })),
      match: async (one) => kept.get(name(one)),
      add: async (one) => { kept.set(one, one); },
      put: async (one, value) => { kept.set(name(one), value); },
      delete: async (one) => kept.delete(name(one)),
    };
  };
  return {
    keys: async () => [...all.keys()], delete: async (name) => all.delete(name),
    open: async (name) => { if (!all.has(name)) all.set(name, cache()); return all.get(name); },
  };
}

function open(answer = () => new Response(HTML, { headers: { "Content-Security-Policy": "default-src 'self'" } })) {
  openPage("");
  const asked = [];
  set("caches", cacheStorage());
  set("fetch", async (address, how) => { asked.push([address, how.headers["X-Xsrftoken"]]); return answer(); });
  const keep = (as = `${HOME}l`, who = "an") => keepPage({ address: `${as}?xem=khi-mat-mang`, as, who, home: HOME, token: "dấu", now: "2026-11-30", parse });
  return { asked, keep };
}

test("a page is kept with its policy, its time and what it needs of ours", async () => {
  const { asked, keep } = open();
  assert.equal(await keep(), true);
  assert.deepEqual(asked, [[`${HOME}l?xem=khi-mat-mang`, "dấu"]]);
  const page = await (await caches.open("motcham-pages:an")).match(`${HOME}l`);
  assert.equal(page.headers.get("Content-Security-Policy"), "default-src 'self'");
  assert.match(await page.text(), /<html data-kept="2026-11-30" lang="vi">/);
  const beside = (await (await caches.open("motcham-static")).keys()).map((one) => one.url.replace(HOME, ""));
  assert.deepEqual(beside, ["static/a.css?v=1", "courses/a/media/ab/x.svg", "static/h.js?v=2"]);
});

test("no error and no login page is kept", async () => {
  const { keep } = open(() => new Response("hỏng", { status: 500 }));
  assert.equal(await keep(), false);
  assert.deepEqual(await keptFor("an"), []);
});

test("forty pages are kept, the oldest goes first", async () => {
  const { keep } = open();
  for (let n = 0; n < 42; n += 1) await keep(`${HOME}${n}`);
  const kept = await keptFor("an");
  assert.deepEqual([kept.length, kept[0], kept.at(-1)], [40, `${HOME}2`, `${HOME}41`]);
});

test("somebody else's pages and answers go, one's own stay, what waits stays in any case", async () => {
  const { keep } = open();
  await keep(`${HOME}l`, "an");
  await keep(`${HOME}l`, "binh");
  for (const who of ["an", "binh"]) {
    localStorage.setItem(`motcham:${who}:7:b:known`, "{}");
    localStorage.setItem(`motcham:${who}:7:b`, "{}");
  }
  await forgetPages(localStorage, "binh");
  assert.deepEqual(await caches.keys(), ["motcham-static", "motcham-pages:binh"]);
  assert.deepEqual(Object.keys(localStorage).sort(), ["motcham:an:7:b", "motcham:binh:7:b", "motcham:binh:7:b:known"]);
});

test("who logs out leaves neither page nor worker", async () => {
  const { keep } = open();
  await keep();
  let gone = 0;
  set("navigator", { serviceWorker: { getRegistrations: async () => [{ unregister: async () => { gone += 1; } }] } });
  await leave(localStorage);
  assert.deepEqual([await caches.keys(), gone], [["motcham-static"], 1]);
});

test("where a browser keeps nothing, leaving breaks nothing", async () => {
  openPage("");
  set("caches", undefined);
  set("navigator", {});
  await leave(localStorage);
  assert.equal(marked("<p>", "x"), "<p>");
  assert.deepEqual(neededBy(parse("<p></p>"), HOME), []);
});
