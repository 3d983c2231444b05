// Time at each exercise, for authors: from touch to touch, without the time away.
import assert from "node:assert/strict";
import test from "node:test";
import { AWAY_MS, WorkedTime } from "../../../labs/extension/worked_time.js";

const clock = () => new WorkedTime({ c1: "bai-1", c2: "bai-2" });

test("from one touch to the next counts for the exercise that was touched first", () => {
  const one = clock();
  one.touch("c1", { at: 0 });
  one.touch("c2", { at: 3_000 });
  one.touch("c2", { at: 5_500 });
  assert.deepEqual(one.read(), { "bai-1": 3, "bai-2": 2 });
});

test("time away does not count, nor a hidden page, nor text beside the exercises", () => {
  const one = clock();
  one.touch("c1", { at: 0 });
  one.touch("c1", { at: AWAY_MS });
  one.touch(undefined, { at: AWAY_MS + 1_000, hidden: true });
  one.touch("c1", { at: AWAY_MS + 9_000 });
  one.touch("lời dẫn", { at: AWAY_MS + 10_000 });
  one.touch("c1", { at: AWAY_MS + 60_000 });
  assert.deepEqual(one.read(), { "bai-1": 2 });
});

test("something else of the page leaves the exercise where it was", () => {
  const one = clock();
  one.touch("c1", { at: 0 });
  one.touch(undefined, { at: 1_000 });
  one.touch(undefined, { at: 2_000 });
  assert.deepEqual(one.read(), { "bai-1": 2 });
});

test("what was told is not told again, and parts of a second are not lost", () => {
  const one = clock();
  one.touch("c1", { at: 0 });
  one.touch("c1", { at: 1_600 });
  one.told(one.read());
  assert.deepEqual(one.read(), {});
  one.touch("c1", { at: 2_100 });
  assert.deepEqual(one.read(), { "bai-1": 1 });
});
