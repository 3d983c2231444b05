// Answers that wait in the browser while their lesson is not open.
import assert from "node:assert/strict";
import test from "node:test";
import { forgetSent, sendTyped, typedOf, withoutSent } from "../../../../../hub/portal/static/src/outbox/typed.js";
import { line, openPage } from "../page.mjs";

const NAME = "motcham:an:7:b", OF = { api: "/api/b", page: "/b", title: "Bài", language: "vi" };
const KEPT = { mine: { so: "1", viet: "x" }, base: { so: null, viet: null }, revision: 3, of: OF };

function open(kept = KEPT) {
  openPage("");
  localStorage.setItem(NAME, JSON.stringify(kept));
  localStorage.setItem("motcham:an:7:b:place", "420");
  localStorage.setItem("motcham:binh:7:b", JSON.stringify(KEPT));
  localStorage.setItem("motcham:an:7:hong", "{");
}

test("only one's own lessons with something to send are found", () => {
  open();
  assert.deepEqual(typedOf(localStorage, "an").map((one) => one.name), [NAME]);
  assert.deepEqual(typedOf(localStorage, "nobody"), []);
});

test("what arrived leaves, what was typed on meanwhile stays", () => {
  assert.equal(withoutSent(KEPT, KEPT.mine), null);
  assert.deepEqual(withoutSent(KEPT, { so: "1", viet: "cũ" }).mine, { viet: "x" });
  open();
  forgetSent(localStorage, NAME, { so: "1" });
  assert.deepEqual(JSON.parse(localStorage.getItem(NAME)).mine, { viet: "x" });
  forgetSent(localStorage, NAME, { viet: "x" });
  assert.equal(localStorage.getItem(NAME), null);
});

test("it is sent on the revision it was typed on; changed elsewhere it stays for its page", async () => {
  for (const [answer, goes, left] of [
    [{ status: 200, data: { revision: 4 } }, true, 0], [{ status: 409, data: {} }, true, 2],
    [{ status: 503, data: "" }, false, 2], [{ status: 401, data: {} }, false, 2], [{ status: 429, data: {} }, false, 2],
  ]) {
    open();
    const { call, asked } = line(answer);
    assert.equal(await sendTyped(typedOf(localStorage, "an")[0], { call, storage: localStorage }), goes);
    assert.deepEqual(asked[0], { method: "PUT", address: "/api/b/answers", body: { revision: 3, answers: KEPT.mine, language: "vi" } });
    assert.equal(Object.keys(JSON.parse(localStorage.getItem(NAME))?.mine ?? {}).length, left);
  }
});

test("what nobody knows the revision of is never sent unseen", async () => {
  open({ ...KEPT, revision: null });
  const { call, asked } = line({ status: 200, data: {} });
  assert.equal(await sendTyped(typedOf(localStorage, "an")[0], { call, storage: localStorage }), true);
  assert.deepEqual(asked, []);
});
