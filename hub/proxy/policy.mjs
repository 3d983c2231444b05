// What a lab may say to a browser. Pure functions; `guard.mjs` puts them to use in the proxy.
//
// A lab's server is taken for its learner's: whatever it answers is held to this, outside of it.
import { createHmac, timingSafeEqual } from "node:crypto";

export const PASS = "motcham-lab";
const PASS_S = 86_400;

// Pages that need script: the shells of JupyterLab and Notebook 7, and nothing beside them.
const SHELL = /^\/(lab\/?$|lab\/(tree|workspaces)(\/|$)|(doc|tree|notebooks|edit|consoles)(\/|$))/;
const SHELL_POLICY = "frame-ancestors 'none'; base-uri 'self'; object-src 'self' blob:; "
  + "form-action 'self'";
const SANDBOX_POLICY = "sandbox; default-src 'none'; img-src 'self' data:; media-src 'self' data:; "
  + "style-src 'self' 'unsafe-inline'; font-src 'self' data:; frame-ancestors 'none'; "
  + "base-uri 'none'; form-action 'none'";

const SAID = new Set([
  "accept-ranges", "age", "allow", "cache-control", "connection", "content-disposition",
  "content-encoding", "content-language", "content-length", "content-range", "content-type",
  "date", "etag", "expires", "last-modified", "location", "pragma", "retry-after",
  "transfer-encoding", "upgrade", "vary", "x-jupyterhub-version",
]);
const SAID_BY_SOCKET = /^(connection|upgrade|sec-websocket-(accept|protocol|extensions|version))$/;

/** The lab behind a route of the proxy's: its learner, and the path inside of it. */
export function labOf(route, path) {
  const found = /(?:^|\/)user\/([^/]+)$/.exec(route || "");
  if (!found) return null;
  return { name: found[1], inside: path.slice(path.indexOf(`/user/${found[1]}`) + 6 + found[1].length) };
}

/** The headers of a lab's answer as they go on: few of its own, and ours. */
export function headersOf(lab, said) {
  const kept = Object.fromEntries(Object.entries(said).filter(([name]) => SAID.has(name)));
  const cookies = cookiesOf(lab, said["set-cookie"] || []);
  if (cookies.length) kept["set-cookie"] = cookies;
  const type = String(said["content-type"] || "").split(";")[0].trim().toLowerCase();
  const shell = SHELL.test(lab.inside) && !/(^|\/)\.\.?(\/|$)/.test(lab.inside);
  if (!type) kept["content-type"] = "text/plain";
  // A browser shows PDF in a process of its own, where a sandbox would only hide it.
  if (type !== "application/pdf") {
    kept["content-security-policy"] = shell ? SHELL_POLICY : SANDBOX_POLICY;
  }
  kept["x-content-type-options"] = "nosniff";
  kept["x-frame-options"] = "DENY";
  kept["referrer-policy"] = "same-origin";
  kept["cross-origin-resource-policy"] = "same-origin";
  kept["cross-origin-opener-policy"] = "same-origin";
  return kept;
}

/** What of a WebSocket's first answer goes on. */
export function headersOfSocket(said) {
  return Object.fromEntries(Object.entries(said).filter(([name]) => SAID_BY_SOCKET.test(name)));
}

/** Of the cookies that a lab sets those that are its own, by name, path and host. */
export function cookiesOf(lab, lines) {
  const own = `jupyterhub-user-${lab.name}`.toLowerCase();
  return lines.filter((line) => {
    const [first, ...attributes] = line.split(";").map((part) => part.trim());
    const name = decoded(first.split("=")[0]).toLowerCase();
    const said = Object.fromEntries(attributes.map((one) => {
      const at = one.indexOf("=");
      return at < 0 ? [one.toLowerCase(), ""] : [one.slice(0, at).toLowerCase(), one.slice(at + 1)];
    }));
    if (name !== "_xsrf" && name !== own && !name.startsWith(`${own}-oauth-state`)
      && name !== `__host-${own}` && !name.startsWith(`__host-${own}-oauth-state`)
      && name !== "__host-_xsrf") return false;
    // eslint-disable-next-line no-control-regex -- no such character may pass
    const hostOnly = !("domain" in said) && !/[\0-\x1f\x7f]/.test(line);
    return hostOnly && (name.startsWith("__host-")
      || `${decoded(said.path || "")}/`.startsWith(`/user/${lab.name}/`));
  });
}

/** A request's Cookie header for a lab: its own and the session's number, nothing of others. */
export function cookiesFor(lab, header, { passed }) {
  const own = `jupyterhub-user-${lab.name}`.toLowerCase();
  const kept = String(header || "").split(";").map((one) => one.trim()).filter((one) => {
    const name = decoded(one.split("=")[0]).toLowerCase().replace(/^__host-/, "");
    if (name === own) return passed;
    return name === "_xsrf" || name === "jupyterhub-session-id" || name.startsWith(`${own}-`);
  });
  return kept.join("; ");
}

// ---- who may see a lab at all, where labs share the platform's origin -------------------------
//
// There a lab's page could do what its reader may. So nobody sees any but whom the hub has just let
// in: the hub's own answer, which sends a reader back to a lab, brings a pass for that lab, that
// browser's session and one day. The lab cannot make one.

export function makePass(key, { name, session, now }) {
  const until = Math.floor(now / 1000) + PASS_S;
  return `${until}.${signed(key, name, session, until)}`;
}

export function isPass(key, pass, { name, session, now }) {
  const [until, signature] = String(pass || "").split(".");
  if (!/^\d{1,12}$/.test(until || "") || Number(until) * 1000 < now || !session) return false;
  const right = Buffer.from(signed(key, name, session, until));
  const shown = Buffer.from(signature || "");
  return right.length === shown.length && timingSafeEqual(right, shown);
}

function signed(key, name, session, until) {
  return createHmac("sha256", key).update(JSON.stringify([name, session, String(until)]))
    .digest("hex");
}

/** The lab that the hub sends a reader back to with a code, and its path as a cookie's. */
export function letInto(path, status, location) {
  if (path !== "/hub/api/oauth2/authorize" || status !== 302 || !location) return null;
  const to = new URL(location, "http://hub.invalid");
  const found = /^(\/user\/([^/]+)\/)oauth_callback$/.exec(to.pathname);
  if (!found || !to.searchParams.get("code")) return null;
  return { path: found[1], name: decoded(found[2]) };
}

/** Whether an answer may reach somebody without a pass: it only leads to the hub's door. */
export function leadsToDoor(lab, status, location) {
  if (status < 301 || status > 308 || !location) return false;
  let to;
  try { to = new URL(location, "http://hub.invalid"); } catch { return false; }
  const path = decoded(to.pathname);
  return /^https?:$/.test(to.protocol)
    && (path === "/hub/api/oauth2/authorize" || path.startsWith(`/user/${lab.name}/`));
}

export function cookie(header, wanted) {
  for (const one of String(header || "").split(";")) {
    const at = one.indexOf("=");
    if (at > 0 && one.slice(0, at).trim() === wanted) return one.slice(at + 1).trim();
  }
  return "";
}

export function decoded(text) {
  try { return decodeURIComponent(text); } catch { return text; }
}
