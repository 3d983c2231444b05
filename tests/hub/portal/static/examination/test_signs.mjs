// How often a page of an examination was left.
import assert from "node:assert/strict";
import test from "node:test";
import { watchSigns } from "../../../../../hub/portal/static/src/examination/signs.js";
import { openPage } from "../page.mjs";

function watched() {
  const windowOf = openPage(""), told = [];
  watchSigns({ page: windowOf.document, windowOf }, (kind) => told.push(kind));
  const hear = (kind, target = windowOf) => target.dispatchEvent(new windowOf.Event(kind));
  const show = (state) => {
    Object.defineProperty(windowOf.document, "visibilityState", { value: state, configurable: true });
    hear("visibilitychange", windowOf.document);
  };
  return { told, hear, show, page: windowOf.document };
}

test("leaving is counted once, whichever way the browser says it, and again the next time", () => {
  const { told, hear, show } = watched();
  hear("blur");
  show("hidden");
  assert.deepEqual(told, ["focus"]);
  show("visible");
  hear("focus");
  hear("blur");
  assert.deepEqual(told, ["focus", "focus"]);
});

test("going to full screen is no sign, leaving it is one", () => {
  const { told, hear, page } = watched();
  Object.defineProperty(page, "fullscreenElement", { value: page.body, configurable: true });
  hear("fullscreenchange", page);
  assert.deepEqual(told, []);
  Object.defineProperty(page, "fullscreenElement", { value: null, configurable: true });
  hear("fullscreenchange", page);
  assert.deepEqual(told, ["screen"]);
});
