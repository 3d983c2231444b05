// On a phone the notebook has the room.
import assert from "node:assert/strict";
import test from "node:test";
import { keepRoom } from "../../../labs/extension/narrow.js";

const screenOf = (matches) => ({ matches, addEventListener(_what, heard) { this.turn = heard; } });
const shellOf = (closed) => ({ collapseLeft: () => closed.push("left"), collapseRight: () => closed.push("right") });

test("panels are closed at the start on a narrow screen, and when it is turned", () => {
  const closed = [], screen = screenOf(true);
  keepRoom(shellOf(closed), screen);
  assert.deepEqual(closed, ["left", "right"]);
  screen.turn();
  assert.equal(closed.length, 4);
});

test("a wide screen keeps what is open, and a shell without panels is left alone", () => {
  const closed = [];
  keepRoom(shellOf(closed), screenOf(false));
  assert.deepEqual(closed, []);
  keepRoom({}, screenOf(true));
});
