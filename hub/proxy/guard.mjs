// Loaded into configurable-http-proxy before it starts (node --import): holds what labs answer to
// `policy.mjs`, on its way to the browser. What is proxied elsewhere passes as it is.
import { createHash } from "node:crypto";
import { ConfigurableProxy } from "../node_modules/configurable-http-proxy/lib/configproxy.js";
import * as policy from "./policy.mjs";
import { Starting } from "./starting.mjs";

const KEY = createHash("sha256").update(`labs ${process.env.CONFIGPROXY_AUTH_TOKEN}`).digest();
const PLATFORM = process.env.MOTCHAM_PROXY_PLATFORM ? new URL(process.env.MOTCHAM_PROXY_PLATFORM)
  : null;
const LABS = process.env.MOTCHAM_PROXY_LABS || ""; // the domain below which labs have their hosts
const SESSION = "jupyterhub-session-id";
const starting = new Starting();
const TOKEN = /^(token|bearer)\s+\S/i;

const pathOf = (req) => policy.decoded(new URL(req.url, "http://example.com").pathname);
const hostOf = (req) => String(req.headers.host || "").replace(/:\d+$/, "").toLowerCase();

const find = ConfigurableProxy.prototype.targetForReq;
ConfigurableProxy.prototype.targetForReq = async function targetForReq(req) {
  watch(this);
  if (this.hostRouting && PLATFORM && !isLabs(hostOf(req))) req.headers.host = PLATFORM.host;
  const found = await find.call(this, req);
  req.unrouted = !found;
  const lab = policy.labOf(found && found.prefix, pathOf(req));
  req.motcham = { lab, path: pathOf(req), cookie: req.headers.cookie || "" };
  if (!lab) return found;
  req.motcham.passed = this.hostRouting || mayPass(req, lab);
  if (req.headers["service-worker"]) return undefined; // it would outlive the page and the lab
  if (req.headers.upgrade && !req.motcham.passed) return undefined;
  const cookies = policy.cookiesFor(lab, req.headers.cookie, req.motcham);
  if (cookies) req.headers.cookie = cookies;
  else delete req.headers.cookie;
  return found;
};

// Other names of this machine: people are led to the one that cookies are for.
const answer = ConfigurableProxy.prototype.handleProxyWeb;
ConfigurableProxy.prototype.handleProxyWeb = function handleProxyWeb(req, res) {
  const elsewhere = this.hostRouting && PLATFORM && hostOf(req) !== PLATFORM.hostname
    && !isLabs(hostOf(req));
  if (elsewhere && ["GET", "HEAD"].includes(req.method)
    && /\btext\/html\b/.test(req.headers.accept || "")) {
    const { pathname, search } = new URL(req.url, "http://example.com");
    res.writeHead(302, { Location: new URL(PLATFORM.origin + pathname + search).href });
    res.end();
    return undefined;
  }
  return answer.call(this, req, res);
};

// No route yet, or nobody behind it who listens.
const tellError = ConfigurableProxy.prototype.handleProxyError;
ConfigurableProxy.prototype.handleProxyError = function handleProxyError(code, kind, req, res, e) {
  const early = kind === "web" && (req.unrouted || code === 503) && starting.isEarly()
    && !isLabs(hostOf(req)) && res && !res.headersSent;
  if (early) starting.answer(req, res);
  else tellError.call(this, code, kind, req, res, e);
};

function isLabs(host) {
  return Boolean(LABS) && host.endsWith(`.${LABS}`);
}

function mayPass(req, lab) {
  // No page can make a browser send this by following a link.
  if (TOKEN.test(req.headers.authorization || "")) return true;
  const session = policy.cookie(req.headers.cookie, SESSION);
  const pass = policy.cookie(req.headers.cookie, policy.PASS);
  return policy.isPass(KEY, pass, { name: lab.name, session, now: Date.now() });
}

const watched = new WeakSet();
function watch(proxy) {
  if (watched.has(proxy)) return;
  watched.add(proxy);
  proxy.proxy.prependListener("proxyRes", (said, req, res) => {
    const { lab, path } = req.motcham || {};
    if (path) starting.hear(path, said.statusCode);
    if (lab) holdAnswer(said, req, res, lab);
    else if (!proxy.hostRouting) bringPass(said, req);
  });
  proxy.proxy.on("proxyReqWs", (asked, req) => {
    const { lab } = req.motcham || {};
    if (!lab) return;
    asked.prependListener("upgrade", (said) => {
      said.headers = policy.headersOfSocket(said.headers);
    });
    asked.prependListener("response", (said) => { put(said, policy.headersOf(lab, said.headers)); });
  });
}

function holdAnswer(said, req, res, lab) {
  const headers = policy.headersOf(lab, said.headers);
  if (req.motcham.passed) {
    put(said, headers);
    return;
  }
  const through = policy.leadsToDoor(lab, said.statusCode, said.headers.location);
  const { location, "set-cookie": cookies } = headers;
  res.writeHead(through ? said.statusCode : 403, {
    "Content-Length": "0",
    "Cache-Control": "no-store",
    ...(through ? { location } : {}),
    ...(through && cookies ? { "set-cookie": cookies } : {}),
  });
  res.end();
  said.destroy();
}

function bringPass(said, req) {
  const { path, cookie } = req.motcham || {};
  const lab = policy.letInto(path, said.statusCode, said.headers.location);
  const session = policy.cookie(cookie, SESSION);
  if (!lab || !session) return;
  const pass = policy.makePass(KEY, { name: lab.name, session, now: Date.now() });
  const secure = PLATFORM && PLATFORM.protocol === "https:" ? "; Secure" : "";
  const line = `${policy.PASS}=${pass}; Path=${lab.path}; HttpOnly; SameSite=Lax${secure}`;
  said.headers["set-cookie"] = [...(said.headers["set-cookie"] || []), line];
}

function put(said, headers) {
  said.headers = headers;
}
