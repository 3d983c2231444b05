// Marks that came from another window are seen when the reader comes back.
import assert from "node:assert/strict";
import test, { mock } from "node:test";
import { putNewer, watchMarks } from "../../../../../hub/portal/static/src/lesson/marks_elsewhere.js";
import { openPage, set, settled } from "../page.mjs";

const PAGE = '<div data-result="summary"><p>Chưa nộp</p></div><div data-result="bai-1">'
  + '<p data-verdict hidden>Sai</p><p data-changed>Đã đổi</p></div><span data-result="mark-bai-1"></span>'
  + '<div data-result="bai-2"><p data-changed hidden>Đã đổi</p></div>';
const NEW = '<div data-for="summary"><p>9 điểm</p></div><div data-for="bai-1"><p>Đúng</p></div>'
  + '<div data-for="mark-bai-1">✓</div><div data-for="bai-2"><p>Đúng</p></div>';

test("what is new is put in its place, but not over an answer that is being changed here", () => {
  openPage(PAGE);
  assert.equal(putNewer(NEW), true);
  const said = (name) => document.querySelector(`[data-result=${name}]`).textContent;
  assert.deepEqual(["summary", "bai-2", "mark-bai-1"].map(said), ["9 điểm", "Đúng", ""]);
  assert.match(said("bai-1"), /Sai/);
  assert.equal(putNewer(NEW), false, "the same again is nothing new");
});

test("it asks when the window is looked at again, not more often than every five seconds", async () => {
  mock.timers.enable({ apis: ["Date"] });
  openPage(PAGE);
  const asked = [], told = [];
  set("fetch", async (...one) => { asked.push(one); return new Response(NEW); });
  watchMarks({ page: "/p?part=results", token: "dấu", tell: (said) => told.push(said), say: "Có kết quả mới." });
  const look = async () => { document.dispatchEvent(new Event("visibilitychange")); await settled(); };
  await look();
  assert.equal(asked.length, 0, "it has only just come");
  mock.timers.tick(6_000);
  Object.defineProperty(document, "hidden", { value: false, configurable: true });
  await look();
  await look();
  assert.deepEqual(asked, [["/p?part=results", { headers: { "X-Xsrftoken": "dấu" } }]]);
  assert.deepEqual(told, ["Có kết quả mới."]);
  mock.timers.reset();
});
