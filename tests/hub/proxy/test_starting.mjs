// While the platform starts, and never after.
import assert from "node:assert/strict";
import test from "node:test";
import { Starting } from "../../../hub/proxy/starting.mjs";

test("it is early until the portal has answered well, and for ten minutes at most", () => {
  const starting = new Starting();
  assert.equal(starting.isEarly(5), true);
  starting.hear("/hub/health", 200);
  starting.hear("/services/portal/health", 503);
  assert.equal(starting.isEarly(5), true);
  assert.equal(starting.isEarly(700), false);
  starting.hear("/services/portal/health", 200);
  assert.equal(starting.isEarly(5), false);
});
