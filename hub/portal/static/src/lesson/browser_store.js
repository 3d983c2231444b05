// What has not arrived yet, kept in this browser until it has; and where on the page one was.

/** ``BrowserStore(key)``; a full or forbidden store is no store, and the page goes on. */
export class BrowserStore {
  constructor(key) {
    this.key = key;
    this.works = true;
  }

  keep(unsent) {
    try {
      this.works = true;
      if (unsent) localStorage.setItem(this.key, JSON.stringify(unsent));
      else localStorage.removeItem(this.key);
    } catch {
      this.works = false; // the server still has all that arrived
    }
  }

  kept() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.key) || "null");
      return kept && { mine: kept.mine || {}, base: kept.base || {} };
    } catch {
      return null;
    }
  }
}

/** Resume where one left: the browser keeps the place of a reload; a new visit gets this. */
export function resumePlace(key) {
  try {
    const left = sessionStorage.getItem(key) ?? localStorage.getItem(key);
    if (left && !location.hash && scrollY === 0) scrollTo({ top: Number(left), behavior: "instant" });
    addEventListener("scrollend", () => localStorage.setItem(key, String(Math.round(scrollY))));
  } catch { /* no store: begin at the top */ }
}
