// What a browser keeps; one that keeps nothing, or whose store is full.
import assert from "node:assert/strict";
import test from "node:test";
import { BrowserStore, resumePlace } from "../../../../../hub/portal/static/src/lesson/browser_store.js";
import { openPage, set } from "../page.mjs";

test("what is kept is there again, and nothing leaves no trace", () => {
  openPage("");
  const store = new BrowserStore("k");
  store.keep({ mine: { a: "1" }, base: { a: null } });
  assert.deepEqual(new BrowserStore("k").kept(), { mine: { a: "1" }, base: { a: null } });
  store.keep(null);
  assert.deepEqual([localStorage.length, store.kept(), store.works], [0, null, true]);
});

test("a full store says so, and works again when there is room", () => {
  openPage("");
  const store = new BrowserStore("k");
  let full = true;
  set("localStorage", { setItem() { if (full) throw new Error("QuotaExceededError"); }, removeItem() {} });
  store.keep({ mine: {}, base: {} });
  assert.equal(store.works, false);
  full = false;
  store.keep({ mine: {}, base: {} });
  assert.equal(store.works, true);
});

test("a new visit begins where the last one ended, but not over an address's own place", () => {
  for (const [hash, scrolled] of [["", [{ top: 420, behavior: "instant" }]], ["#p3", []]]) {
    const window = openPage("", { url: `http://127.0.0.1/x${hash}` });
    const seen = [];
    set("scrollTo", (where) => seen.push(where));
    localStorage.setItem("k", "420");
    resumePlace("k");
    assert.deepEqual(seen, scrolled);
    set("scrollY", 99.6);
    window.dispatchEvent(new Event("scrollend"));
    assert.equal(localStorage.getItem("k"), "100");
  }
});

test("without a store the page begins at its top", () => {
  openPage("");
  set("sessionStorage", { getItem() { throw new Error("SecurityError"); } });
  resumePlace("k");
  assert.equal(scrollY, 0);
});

test("what waits on other pages of the lesson stays until it is sent from there", () => {
  localStorage.setItem("b", JSON.stringify({ mine: { xa: "1", so: "2" }, base: { xa: null, so: null } }));
  const store = new BrowserStore("b", (id) => id === "so");
  assert.deepEqual(store.elsewhere(), ["xa"]);
  store.keep({ mine: { so: "3" }, base: { so: null } });
  assert.deepEqual(store.kept(), { mine: { xa: "1", so: "3" }, base: { xa: null, so: null } });
  store.keep(null);
  assert.deepEqual(store.kept().mine, { xa: "1" });
});
