// What a lab may say to a browser, rule by rule; test_guard.py tries them in the real proxy.
import assert from "node:assert/strict";
import test from "node:test";
import * as policy from "../../../hub/proxy/policy.mjs";

const lab = (inside = "/lab", name = "an") => ({ name, inside });
const KEY = Buffer.from("khóa");

test("a route to a lab is known by its learner, any other is none", () => {
  assert.deepEqual(policy.labOf("/user/an", "/user/an/lab/tree/a"), { name: "an", inside: "/lab/tree/a" });
  assert.deepEqual(policy.labOf("/an.hoc.example.vn/user/an", "/user/an/files/x"), { name: "an", inside: "/files/x" });
  assert.equal(policy.labOf("/services/portal", "/services/portal/user/an"), null);
  assert.equal(policy.labOf("/user/an/b", "/user/an/b"), null);
  assert.equal(policy.labOf("", "/"), null);
});

test("of headers only those on the list go on, and ours win", () => {
  const kept = policy.headersOf(lab("/files/x.html"), {
    "content-type": "text/html", "content-security-policy": "script-src *", "clear-site-data": '"*"',
    "access-control-allow-origin": "*", "refresh": "0;url=/hub/", "service-worker-allowed": "/", "etag": "1",
    "x-frame-options": "ALLOWALL",
  });
  assert.match(kept["content-security-policy"], /^sandbox;/);
  assert.deepEqual([kept.etag, kept["x-frame-options"], kept["x-content-type-options"]], ["1", "DENY", "nosniff"]);
  for (const name of ["clear-site-data", "access-control-allow-origin", "refresh", "service-worker-allowed"]) {
    assert.equal(name in kept, false, name);
  }
});

test("script runs in the shells of JupyterLab and Notebook 7 alone", () => {
  const isSandboxed = (inside) =>
    policy.headersOf(lab(inside), { "content-type": "text/html" })["content-security-policy"].startsWith("sandbox");
  for (const shell of ["/lab", "/lab/", "/lab/tree/a.ipynb", "/lab/workspaces/x", "/tree", "/notebooks/a", "/doc/tree/a"]) {
    assert.equal(isSandboxed(shell), false, shell);
  }
  for (const other of ["/files/a.html", "/nbconvert/html/a.ipynb", "/lab/api/x", "/labs", "/static/x", "/view/a",
    "/lab/tree/../../files/a.html", "/lab/tree/./a", "/treehouse", ""]) {
    assert.equal(isSandboxed(other), true, other);
  }
});

test("a file without a type is text, and a PDF is shown by the browser's own viewer", () => {
  assert.equal(policy.headersOf(lab("/files/x"), {})["content-type"], "text/plain");
  const pdf = policy.headersOf(lab("/files/x"), { "content-type": "application/PDF; x=1" });
  assert.equal("content-security-policy" in pdf, false);
  assert.equal(pdf["x-content-type-options"], "nosniff");
});

test("a lab sets its own cookies, on its own path, and nobody else's", () => {
  const good = ["jupyterhub-user-an=x; Path=/user/an/", "_xsrf=x; path=/user/an/", "jupyterhub-user-an-oauth-state-1=x; Path=/user/an/",
    "__Host-jupyterhub-user-an=x; Path=/; Secure"];
  const bad = ["jupyterhub-hub-login=x; Path=/hub/", "jupyterhub-session-id=x; Path=/user/an/", "motcham-lab=x; Path=/user/an/",
    "jupyterhub-user-an=x; Path=/", "jupyterhub-user-an=x", "jupyterhub-user-an=x; Path=/user/an/; Domain=localhost",
    "jupyterhub-user-binh=x; Path=/user/an/", "_xsrf=x; Path=/user/binh/", "_xsrf=x; Path=/user/an-b/",
    "jupyterhub-user-an=x\r\nX: y; Path=/user/an/", "jupyterhub-user-an=\u0000; Path=/user/an/"];
  assert.deepEqual(policy.cookiesOf(lab(), [...good, ...bad]), good);
});

test("a lab hears its own cookies only, and its login's only with a pass", () => {
  const header = "jupyterhub-hub-login=a; jupyterhub-session-id=b; jupyterhub-user-an=c; jupyterhub-user-binh=d; "
    + "_xsrf=e; jupyterhub-user-an-oauth-state=f; motcham-lab=g; __Host-jupyterhub-user-an=h";
  assert.equal(policy.cookiesFor(lab(), header, { passed: true }),
    "jupyterhub-session-id=b; jupyterhub-user-an=c; _xsrf=e; jupyterhub-user-an-oauth-state=f; __Host-jupyterhub-user-an=h");
  assert.equal(policy.cookiesFor(lab(), header, { passed: false }),
    "jupyterhub-session-id=b; _xsrf=e; jupyterhub-user-an-oauth-state=f");
  assert.equal(policy.cookiesFor(lab(), undefined, { passed: true }), "");
});

test("a pass is for one lab, one session and one day, and cannot be made without the key", () => {
  const now = Date.UTC(2026, 10, 29), whose = { name: "an", session: "s", now };
  const pass = policy.makePass(KEY, whose);
  assert.equal(policy.isPass(KEY, pass, whose), true);
  assert.equal(policy.isPass(KEY, pass, { ...whose, now: now + 86_399_000 }), true);
  assert.equal(policy.isPass(KEY, pass, { ...whose, now: now + 86_401_000 }), false);
  assert.equal(policy.isPass(KEY, pass, { ...whose, name: "binh" }), false);
  assert.equal(policy.isPass(KEY, pass, { ...whose, session: "t" }), false);
  assert.equal(policy.isPass(Buffer.from("khác"), pass, whose), false);
  const [until, signature] = pass.split(".");
  assert.equal(policy.isPass(KEY, `${Number(until) + 1}.${signature}`, whose), false);
  for (const none of ["", undefined, ".", `${until}.`, `x.${signature}`, `-1.${signature}`]) {
    assert.equal(policy.isPass(KEY, none, whose), false, String(none));
  }
  assert.equal(policy.isPass(KEY, policy.makePass(KEY, { ...whose, session: "" }), { ...whose, session: "" }), false);
});

test("the hub lets somebody in by its own answer alone", () => {
  const path = "/hub/api/oauth2/authorize", back = "/user/an/oauth_callback?code=1&state=2";
  assert.deepEqual(policy.letInto(path, 302, back), { path: "/user/an/", name: "an" });
  assert.deepEqual(policy.letInto(path, 302, "/user/t%C3%BA/oauth_callback?code=1"), { path: "/user/t%C3%BA/", name: "tú" });
  assert.equal(policy.letInto("/hub/login", 302, back), null);
  assert.equal(policy.letInto(path, 200, back), null);
  assert.equal(policy.letInto(path, 302, "/user/an/oauth_callback?error=x"), null);
  assert.equal(policy.letInto(path, 302, "/user/an/lab?code=1"), null);
  assert.equal(policy.letInto(path, 302, undefined), null);
});

test("without a pass an answer may only lead to the hub's door or within the lab", () => {
  assert.equal(policy.leadsToDoor(lab(), 302, "/hub/api/oauth2/authorize?client_id=x"), true);
  assert.equal(policy.leadsToDoor(lab(), 302, "/user/an/lab"), true);
  for (const [status, to] of [[200, "/user/an/lab"], [302, ""], [302, "/hub/logout"], [302, "/user/binh/lab"],
    [302, "javascript:alert(1)"], [302, "data:text/html,x"], [302, "http://["], [309, "/user/an/lab"]]) {
    assert.equal(policy.leadsToDoor(lab(), status, to), false, to);
  }
});

test("of a WebSocket's answer only what opens it goes on", () => {
  assert.deepEqual(policy.headersOfSocket({ "upgrade": "websocket", "sec-websocket-accept": "x", "set-cookie": "a=b" }),
    { "upgrade": "websocket", "sec-websocket-accept": "x" });
});

test("cookies and addresses that are broken are read as they are", () => {
  assert.equal(policy.cookie("a=1; b = 2;c=3=4", "c"), "3=4");
  assert.equal(policy.cookie("a=1; b=2", "x"), "");
  assert.equal(policy.cookie(undefined, "a"), "");
  assert.equal(policy.decoded("%E0%A4%A"), "%E0%A4%A");
});
