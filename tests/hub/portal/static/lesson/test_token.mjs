// The token that the browser has now, not the one a kept page was written with.
import assert from "node:assert/strict";
import test from "node:test";
import { token } from "../../../../../hub/portal/static/src/lesson/token.js";
import { openPage } from "../page.mjs";

test("it is the browser's own; of two the first, and none is none", () => {
  openPage("");
  assert.equal(token(), "");
  document.cookie = "other_xsrf=no; path=/";
  document.cookie = "_xsrf=far; path=/";
  assert.equal(token(), "far");
  document.cookie = "_xsrf=ours; path=/services/portal/";
  assert.equal(token(), "ours");
});
