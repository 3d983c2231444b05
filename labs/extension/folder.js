// The room in the learner's folder: told before it is full, and once while it is.
import { _, number } from "./words.js";

export const SEEN_MS = 6_000; // the server looks at the folder every 5 s
const EVERY_MS = 60_000;

/** How full it is: ``full``, ``nearly``, or null where there is nothing to tell. */
export function levelOf({ full, nearly_full: nearly }) {
  if (full) return "full";
  return nearly ? "nearly" : null;
}

export function tellRoom(level, { used_mb: used, most_mb: most }) {
  const values = { used: number(used), most: number(most) };
  if (level === "nearly") {
    return _("Thư mục của anh/chị đã dùng {used} trong {most} MB. "
      + "Hãy xóa bớt tệp: khi đầy, phòng thực hành không lưu thêm được.", values);
  }
  return _("Thư mục của anh/chị đã đầy ({used} trong {most} MB): không lưu thêm "
    + "được và mã không chạy được. Mỗi tệp, dù rỗng, tính ít nhất 4 KB. Hãy xóa bớt tệp; xong là "
    + "chạy lại được ngay.", values);
}

/** Tells each level once; ``tidied`` is called when a full folder has room again. */
export class FolderNotice {
  constructor(Notification, tidied) {
    Object.assign(this, { Notification, tidied });
    this.level = null;
    this.told = null;
  }

  show(room) {
    const level = levelOf(room);
    if (level === this.level) return;
    if (this.told) this.Notification.dismiss(this.told);
    if (this.level === "full") this.tidied();
    this.level = level;
    this.told = level && this.Notification[level === "full" ? "error" : "warning"](
      tellRoom(level, room), { autoClose: false });
  }
}

/** Look now and every minute; returns what looks at once. */
export function watchFolder(page, notice) {
  const look = async () => {
    if (document.visibilityState !== "visible") return;
    try {
      const answer = await fetch(`${page.baseUrl}motcham/room`, {
        headers: { Authorization: `token ${page.token}` },
      });
      if (!answer.ok) return;
      notice.show(await answer.json());
      if (notice.level === "full") setTimeout(look, SEEN_MS);
    } catch { /* the connection is being told of elsewhere */ }
  };
  look();
  setInterval(look, EVERY_MS);
  return look;
}
