// A network that lets pages through and WebSockets not: told at once, for as long as it lasts.
import { _ } from "./words.js";

const BLOCKED_MS = 4_000; // a WebSocket that is not open by then is told as blocked
const AGAIN_MS = 20_000;

/** Whether a WebSocket to the lab opens. */
export const opens = (page) => new Promise((tell) => {
  const address = new URL(`${page.baseUrl}api/events/subscribe`, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  address.searchParams.set("token", page.token);
  const line = new WebSocket(address);
  const done = (open) => { clearTimeout(late); line.close(); tell(open); };
  const late = setTimeout(done, BLOCKED_MS, false);
  line.onopen = () => { done(true); };
  line.onerror = () => { done(false); };
});

/** Whether the lab answers at all. */
export const answers = (page) => fetch(`${page.baseUrl}api/status`, {
  headers: { Authorization: `token ${page.token}` },
}).then((answer) => answer.ok, () => false);

/** ``opens`` and ``answers`` are asked anew each time; ``goBack`` leads to the lesson page. */
export class BlockedNotice {
  constructor({ Notification, opens: isOpen, answers: isThere, goBack }) {
    Object.assign(this, { Notification, isOpen, isThere, goBack });
    this.told = null;
    this.looking = false;
  }

  async look() {
    if (this.looking) return;
    this.looking = true;
    const [open, here] = await Promise.all([this.isOpen(), this.isThere()]);
    this.looking = false;
    if (open && this.told) {
      this.Notification.dismiss(this.told);
      this.told = null;
    } else if (!open && here && !this.told) this.told = this.#tell();
    // Where the lab does not answer at all JupyterLab says so.
    if (!open) setTimeout(() => { this.look(); }, AGAIN_MS);
  }

  #tell() {
    const text = _("Mạng ở đây chặn WebSocket, nên phòng thực hành không chạy được mã. Tệp vẫn xem "
      + "và lưu được. Bài học làm được ngay trên trang bài học, không cần WebSocket.");
    return this.Notification.error(text, {
      autoClose: false,
      actions: [{ label: _("Về trang bài học"), displayType: "accent", callback: this.goBack }],
    });
  }
}
