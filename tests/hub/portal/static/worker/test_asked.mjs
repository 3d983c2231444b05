// Which requests the service worker answers.
import assert from "node:assert/strict";
import test from "node:test";
import { asked } from "../../../../../hub/portal/static/src/worker/asked.js";

const HOME = "https://hoc.test/services/portal/";
const kind = (path, { mode = "cors", method = "GET" } = {}) => asked({ url: HOME + path, mode, method }, HOME);

test("a lesson's pages are all kept as one, other pages under no name", () => {
  const navigate = { mode: "navigate" }, as = `${HOME}courses/a/lessons/b`;
  for (const path of ["courses/a/lessons/b", "courses/a/lessons/b?buoc=3", "courses/a/lessons/b?xem=ca-bai"])
    assert.deepEqual(kind(path, navigate), { kind: "page", as });
  for (const path of ["", "marks", "courses/a", "courses/a/lessons/b/files/x.csv"])
    assert.deepEqual(kind(path, navigate), { kind: "page", as: null });
});

test("styles, scripts and pictures come from what is kept; only ours with a version are kept", () => {
  assert.deepEqual(kind("static/a.css?v=1"), { kind: "beside", keep: true });
  assert.deepEqual(kind("courses/a/media/0123456789abcdef/x.svg"), { kind: "beside", keep: false });
  assert.equal(kind("static/a.css"), null);
});

test("the JSON interface, forms and other places are none of its business", () => {
  assert.equal(kind("api/v1/submissions", { method: "POST" }), null);
  assert.equal(kind("api/v1/me"), null);
  assert.equal(kind("courses/a/lessons/b?part=results"), null);
  assert.equal(kind("static/a.css?v=1", { method: "POST" }), null);
  assert.equal(asked({ url: "https://hoc.test/hub/login", mode: "navigate", method: "GET" }, HOME), null);
});
