// On every page of somebody who is logged in: sends what waits, says so, keeps opened lessons, and
// forgets the pages of who was here before. A lesson's page asks it through `handing.js`.
import { makeCall } from "./lesson/calls.js";
import { token } from "./lesson/token.js";
import { openItems } from "./outbox/database.js";
import { FRESH_MS, forgetPages, keepPage, keptFor, leave } from "./outbox/kept_pages.js";
import { Outbox } from "./outbox/sending.js";
import { lineOf, sayKept, showCount, showLines, timeIn, typedLine } from "./outbox/showing.js";
import { sendTyped, typedOf } from "./outbox/typed.js";

const link = document.getElementById("waiting-here"), { who, submissions } = link.dataset;
const home = new URL(link.dataset.home, location.href).href;
const wordsElement = document.getElementById("outbox-words");
export const words = wordsElement ? JSON.parse(wordsElement.textContent) : {};
export const time = timeIn(document.documentElement.lang);
const lessonPage = document.getElementById("lesson")?.dataset.answers !== undefined;
const listeners = new Set();
const call = makeCall(token);
const here = location.origin + location.pathname;

const isHere = (one) => new URL(one.of.page, location.href).href === here;
const typed = () => typedOf(localStorage, who);

// A lesson that is open, or that is to be handed in, sends its own.
async function sendAllTyped() {
  const held = new Set((await outbox.all()).filter((one) => one.state !== "sent").map((one) => one.page));
  for (const one of typed().filter((each) => !isHere(each) && !held.has(each.of.page)))
    if (!(await sendTyped(one, { call, storage: localStorage }))) return false;
  return true;
}

const lock = (work) => (navigator.locks ? navigator.locks.request(`motcham-outbox:${who}`, work) : work());

async function show(sent = null) {
  const items = await outbox.all();
  showCount(link, items, typed().filter((one) => !isHere(one)));
  showList(items);
  listeners.forEach((hear) => hear(items, sent));
}

function showList(items) {
  const list = document.getElementById("waiting-list");
  if (!list) return;
  const acts = {
    again: async (item) => {
      if (item.state === "stopped") await outbox.put({ ...item, state: "waiting", why: null });
      await outbox.flush();
    },
    back: (item) => outbox.takeBack(item.key),
  };
  const own = [...items].sort((a, b) => a.at - b.at).map((item) => lineOf(item, { words, now: outbox.now, time, acts }));
  const held = new Set(items.filter((one) => one.state !== "sent").map((one) => one.page));
  showLines(list, [...own, ...typed().filter((one) => !held.has(one.of.page)).map((one) => typedLine(one, words))]);
}

/** Hear of every change: ``hear(items, sent)``; ``sent``: the one that was just taken. */
export function listen(hear) {
  listeners.add(hear);
}

const channel = globalThis.BroadcastChannel && new BroadcastChannel("motcham-outbox");
const store = await openItems(who).catch(() => null);

/** What waits; null where this browser keeps nothing. */
export const outbox = store && new Outbox({
  store, lock, typed: sendAllTyped,
  reach: async () => (await call("GET", `${home}health`)).status === 200,
  post: (body) => call("POST", submissions, body),
  changed: async (sent) => { channel?.postMessage(who); await show(sent); },
  clock: () => Date.now(),
  later: (work, ms) => setTimeout(work, ms),
});

// --- when the page opens --------------------------------------------------------------------------

document.querySelectorAll("input[name=_xsrf]").forEach((one) => { one.value = token() || one.value; });
if (wordsElement) sayKept(words, time);

if (outbox) {
  channel?.addEventListener("message", ({ data }) => { if (data === who) show(); });
  addEventListener("online", () => outbox.flush());
  await show();
  const waiting = (await outbox.all()).some((one) => one.state !== "sent") || typed().some((one) => !isHere(one));
  if (waiting) outbox.flush();
}

// Leaving takes the kept pages along; what waits is told of once.
const out = document.querySelector(`form[action$="/logout"]`);
out?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const told = document.getElementById("leaving");
  if (!link.hidden && told?.hidden) {
    told.hidden = false;
    return;
  }
  await leave(localStorage).catch(() => {});
  out.submit();
});

const parse = (html) => new DOMParser().parseFromString(html, "text/html");

function keep(address, as) {
  return keepPage({ address, as, who, home, token: token(), now: new Date().toISOString(), parse });
}

// What is kept needs a worker to show it; neither is there over plain http.
async function keepThis() {
  if (!navigator.serviceWorker || !globalThis.caches || document.documentElement.dataset.kept) return;
  await forgetPages(localStorage, who);
  // Without a line there is nothing to fetch, and asking for the worker would only be refused.
  if (!wordsElement || !navigator.onLine) return;
  await navigator.serviceWorker.register(`${home}worker.js`, { scope: home, updateViaCache: "none" });
  const name = `motcham:kept:${who}:${here}`, last = Number(sessionStorage.getItem(name) || 0);
  if (Date.now() - last < FRESH_MS) return;
  if (lessonPage && await keep(`${here}?xem=khi-mat-mang`, here)) sessionStorage.setItem(name, String(Date.now()));
  await keep(`${home}waiting`, `${home}waiting`);
}

async function showKept() {
  const list = document.getElementById("kept-list");
  if (!list || !globalThis.caches) return;
  const pages = (await keptFor(who)).filter((one) => one !== `${home}waiting`);
  const titled = await Promise.all(pages.map(async (address) => {
    const html = await (await caches.match(address, { ignoreVary: true }))?.text();
    return { address, title: html && parse(html).querySelector("h1")?.textContent };
  }));
  showLines(list, titled.filter((one) => one.title).map(({ address, title }) => {
    const line = document.createElement("li"), way = document.createElement("a");
    way.href = address;
    way.textContent = title;
    line.append(way);
    return line;
  }));
}

showKept().catch(() => {});
const SOON_MS = 1_500; // the page itself comes first
setTimeout(() => keepThis().catch(() => { /* no line, or a browser that keeps nothing */ }), SOON_MS);
