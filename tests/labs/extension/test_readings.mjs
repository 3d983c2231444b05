// How the portal read form cells, and what is written back into the notebook.
import assert from "node:assert/strict";
import test from "node:test";
import { cellsToRewrite, tellReadings } from "../../../labs/extension/readings.js";
import { speak } from "../../../labs/extension/words.js";

const SENT = { cells: [{ id: "c1", source: ["so = ", "1.500 người"] }, { id: "c2", source: "n = 1" }] };

test("a cell is rewritten as it was read", () => {
  const now = (id) => ({ c1: "so = 1.500 người", c2: "n = 1" })[id];
  assert.deepEqual(cellsToRewrite(SENT, { sources: { c1: "so = 1500" } }, now), [["c1", "so = 1500"]]);
});

test("what is typed on, what is gone, what was not sent and what cannot be read stays", () => {
  const said = { sources: { c1: "so = 1500" }, fields: [] };
  assert.deepEqual(cellsToRewrite(SENT, said, () => "so = 1.500 người t"), []);
  assert.deepEqual(cellsToRewrite(SENT, said, () => undefined), []);
  assert.deepEqual(cellsToRewrite({ cells: [] }, said, () => undefined), []);
  const bad = { ...said, fields: [{ cell: "c1", error: "Chỉ nhập số" }] };
  assert.deepEqual(cellsToRewrite(SENT, bad, () => "so = 1.500 người"), []);
  assert.deepEqual(cellsToRewrite(SENT, {}, () => "x"), []);
});

test("what was read is told, plain numbers are not", () => {
  speak("vi");
  const fields = [
    { label: "Số người", typed: "1.500 người", said: "Hiểu là 1500" },
    { label: "Tỉ lệ", typed: "0.5", said: "" },
  ];
  assert.deepEqual(tellReadings({ fields }), { text: "“Số người”: “1.500 người” – Hiểu là 1500.", bad: false });
  assert.deepEqual(tellReadings({ fields: [...fields, { label: "Điểm", typed: "x", error: "Chỉ nhập số" }] }),
    { text: "“Số người”: “1.500 người” – Hiểu là 1500.\n“Điểm”: Chỉ nhập số", bad: true });
  assert.deepEqual(tellReadings({}), { text: "", bad: false });
});
