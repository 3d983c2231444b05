// A page to try scripts on: jsdom's, and what jsdom has not of a browser.
import { createRequire } from "node:module";

const { JSDOM } = createRequire(new URL("../../../../hub/package.json", import.meta.url))("jsdom");
const OF_WINDOW = [
  "window", "document", "location", "localStorage", "sessionStorage", "DOMParser", "FileReader",
  "Blob", "File", "Event", "KeyboardEvent", "MutationObserver", "addEventListener",
];

/** Put ``body`` on a page of its own and make it this process's; returns its window. */
export function openPage(body, { url = "http://127.0.0.1/services/portal/courses/a/lessons/b" } = {}) {
  const { window } = new JSDOM(`<!doctype html><html lang="vi"><body>${body}</body></html>`, { url });
  for (const name of OF_WINDOW) {
    const value = name === "addEventListener" ? window.addEventListener.bind(window) : window[name];
    set(name, value);
  }
  set("CSS", { escape: (text) => String(text).replace(/[^\w-]/g, "\\$&") });
  set("scrollY", 0);
  set("scrollTo", () => {});
  window.matchMedia = () => ({ matches: false });
  Object.defineProperty(window.HTMLElement.prototype, "innerText", { get() { return this.textContent; } });
  window.HTMLElement.prototype.scrollIntoView = function scrollIntoView() { window.scrolledTo = this; };
  set("IntersectionObserver", class {
    observe(element) { window.watched = [...(window.watched || []), element]; }
    unobserve() {}
  });
  return window;
}

export function set(name, value) {
  Object.defineProperty(globalThis, name, { value, configurable: true, writable: true });
}

/** Type into a field as a person does: the page hears of it. */
export function type(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Answers requests with ``answers`` in turn and notes what was asked; an error is no line. */
export function line(...answers) {
  const asked = [];
  const call = async (method, address, body) => {
    asked.push({ method, address, body: structuredClone(body) });
    const answer = answers.length > 1 ? answers.shift() : answers[0];
    if (answer instanceof Error) throw answer;
    return typeof answer === "function" ? answer(method, address, body) : answer;
  };
  return { call, asked };
}

/** Let everything that waits for nothing but its turn happen. */
export async function settled() {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((done) => { setImmediate(done); });
}
