// What the port answers while the platform starts: the proxy listens first, minutes before what
// stands behind it. No page of the platform can be asked for yet, so this one is whole in itself
// and asks again; it speaks both languages, since nobody has said theirs.
import { createHash } from "node:crypto";

const AGAIN_S = 3;
const LONGEST_S = 600; // afterwards what does not answer is a fault, and told as one
const STYLE = "body{font:1.1rem/1.6 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1rem;color-scheme:light dark}";
const PAGE = `<!doctype html><html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="${AGAIN_S}"><title>Đang khởi động · Một Chạm</title><style>${STYLE}</style></head>
<body><main><h1>Một Chạm đang khởi động…</h1><p>Trang này tự mở lại sau vài giây, không cần bấm gì.</p>
<p lang="en">Một Chạm is starting; this page tries again by itself.</p></main></body></html>`;
const HEADERS = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Length": Buffer.byteLength(PAGE),
  "Retry-After": String(AGAIN_S),
  "Cache-Control": "no-store",
  "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
};

export class Starting {
  #over = false;

  /** Something answered at this path: once the portal has, all of the platform is there. */
  hear(path, status) {
    if (status < 500 && path.startsWith("/services/portal")) this.#over = true;
  }

  /** Whether a request that nobody took is one that came too early. */
  isEarly(seconds = process.uptime()) {
    return !this.#over && seconds < LONGEST_S;
  }

  answer(req, res) {
    res.writeHead(503, HEADERS);
    res.end(req.method === "HEAD" ? "" : PAGE);
  }
}
