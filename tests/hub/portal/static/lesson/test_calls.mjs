// Requests to the portal: what they carry, and how long they wait.
import assert from "node:assert/strict";
import test from "node:test";
import { makeCall, patienceFor } from "../../../../../hub/portal/static/src/lesson/calls.js";
import { set } from "../page.mjs";

function answering(body, type) {
  const asked = [];
  set("fetch", async (address, how) => {
    asked.push({ address, ...how });
    return new Response(body, { status: 200, headers: { "Content-Type": type } });
  });
  return asked;
}

test("every request carries the proof of now, a body is JSON", async () => {
  const asked = answering('{"a": 1}', "application/json; charset=utf-8");
  const call = makeCall(() => "dấu");
  assert.deepEqual(await call("PUT", "/x", { b: 2 }), { status: 200, data: { a: 1 } });
  await call("GET", "/y");
  assert.deepEqual(asked.map(({ headers, body }) => [headers, body]), [
    [{ "X-Xsrftoken": "dấu", "Content-Type": "application/json" }, '{"b":2}'],
    [{ "X-Xsrftoken": "dấu" }, undefined],
  ]);
});

test("a page that is no JSON comes as text", async () => {
  answering("<p>x</p>", "text/html");
  assert.equal((await makeCall(() => "dấu")("GET", "/x")).data, "<p>x</p>");
});

test("a line that hangs is given up, a file is given its time", () => {
  assert.equal(patienceFor(undefined), 40_000);
  assert.equal(patienceFor("x".repeat(100_000)), 40_000);
  assert.equal(patienceFor("x".repeat(100_001)), 240_000);
});
