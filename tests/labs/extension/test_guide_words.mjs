// What the panel says of a lesson: facts, the deadline, marks, and whether two versions wait.
import assert from "node:assert/strict";
import test from "node:test";
import { factsOf, isParted, marksOf, outcomeOf } from "../../../labs/extension/guide_words.js";
import { speak } from "../../../labs/extension/words.js";

const GUIDE = { minutes: 40, max_points: 10, closes_at: "2026-11-30T16:59:00+00:00", attempts: 2, attempts_used: 1 };

test("a deadline says whose time it is", () => {
  speak("vi");
  assert.deepEqual(factsOf(GUIDE), ["40 phút", "10 điểm", "Hạn nộp: 23:59, 30/11/2026 (giờ Việt Nam)", "Đã nộp 1 trên 2 lần"]);
  speak("en");
  assert.deepEqual(factsOf(GUIDE), ["40 minutes", "10 points", "Due: 30 Nov 2026, 23:59 (Vietnam time)", "Handed in 1 of 2 times"]);
});

test("no deadline and no limit are not spoken of", () => {
  speak("vi");
  assert.deepEqual(factsOf({ minutes: 12.5, max_points: 1, closes_at: null, attempts: null }), ["12,5 phút", "1 điểm"]);
});

test("the last submission: none, waiting, beyond the machine, marked", () => {
  speak("vi");
  assert.equal(outcomeOf(null), "Chưa nộp lần nào.");
  assert.equal(outcomeOf({ state: "queued", points: null }), "Đã nộp, đang chấm…");
  assert.match(outcomeOf({ state: "dead", points: null }), /giảng viên sẽ xem/);
  assert.equal(outcomeOf({ state: "marked", points: 0, max_points: 10, submitted_at: "2026-11-29T01:00:00Z" }),
    "0 trên 10 điểm · 08:00, 29/11/2026");
});

test("a task shows what it gives, then what it gave", () => {
  speak("vi");
  assert.deepEqual(marksOf({ points: null, max_points: 2 }), { text: "2 điểm", state: "" });
  assert.deepEqual(marksOf({ points: 2, max_points: 2 }), { text: "2 trên 2 điểm", state: "full" });
  assert.deepEqual(marksOf({ points: 0, max_points: 2 }), { text: "0 trên 2 điểm", state: "part" });
});

test("two versions wait where the page is at another revision, or the learner left both", () => {
  const notebook = (parted, revision) => ({ parted, lesson: { revision } });
  assert.equal(isParted({ revision: 3 }, notebook(false, 3)), false);
  assert.equal(isParted({ revision: 4 }, notebook(false, 3)), true);
  assert.equal(isParted({ revision: 3 }, notebook(true, 3)), true);
});
