// The time left between two words of the server.
import assert from "node:assert/strict";
import test from "node:test";
import { Tellings, TimeLeft, inWords } from "../../../../../hub/portal/static/src/examination/time_left.js";

const WORDS = {
  minutes: "Còn {n} phút", minutes_seconds: "Còn {n} phút {s} giây", seconds: "Còn {s} giây",
  under_a_minute: "Còn chưa đến 1 phút",
};

test("time goes by from the server's word, and never below nothing", () => {
  let now = 1_000;
  const time = new TimeLeft(90, { clock: () => now });
  now += 30_000;
  assert.equal(time.seconds, 60);
  now += 100_000;
  assert.equal(time.seconds, 0);
  time.hear(600, false);
  assert.equal(time.seconds, 600, "time was given");
});

test("in a pause it stands still", () => {
  let now = 0;
  const time = new TimeLeft(90, { clock: () => now, stands: true });
  now += 3_600_000;
  assert.equal(time.seconds, 90);
});

test("it is told in minutes, at the end in tens of seconds, and calmly where that is wanted", () => {
  assert.equal(inWords(2550, WORDS), "Còn 42 phút");
  assert.equal(inWords(262, WORDS), "Còn 4 phút 30 giây");
  assert.equal(inWords(59, WORDS), "Còn 1 phút 0 giây");
  assert.equal(inWords(41, WORDS), "Còn 50 giây");
  assert.equal(inWords(262, WORDS, { calm: true }), "Còn 4 phút");
  assert.equal(inWords(41, WORDS, { calm: true }), "Còn chưa đến 1 phút");
});

test("30, 10, 5 and 1 minutes are told once each", () => {
  const tellings = new Tellings(45 * 60), told = [];
  for (let left = 45 * 60; left >= 0; left -= 1) {
    const minutes = tellings.next(left);
    if (minutes !== null) told.push([minutes, left]);
  }
  assert.deepEqual(told, [[30, 1800], [10, 600], [5, 300], [1, 60]]);
});

test("a page that comes late does not tell what has passed", () => {
  const tellings = new Tellings(7 * 60);
  assert.equal(tellings.next(7 * 60), null);
  assert.equal(tellings.next(5 * 60), 5);
  assert.equal(tellings.next(5 * 60), null);
});

test("a browser that slept tells only where it stands now", () => {
  const tellings = new Tellings(45 * 60);
  assert.equal(tellings.next(4 * 60), 5);
  assert.equal(tellings.next(3 * 60), null);
});

test("after time was given the minutes are told again", () => {
  const tellings = new Tellings(6 * 60);
  assert.equal(tellings.next(5 * 60), 5);
  assert.equal(tellings.next(15 * 60), null);
  assert.equal(tellings.next(10 * 60), 10);
  assert.equal(tellings.next(5 * 60), 5);
});
