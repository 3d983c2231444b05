// Signs for the invigilator, never a verdict: how often this page lost the focus or full screen.

/** ``told(kind)`` at each sign: "focus", once per absence, or "screen". */
export function watchSigns({ page, windowOf }, told) {
  let away = false;
  const leave = () => {
    if (away) return;
    away = true;
    told("focus");
  };
  page.addEventListener("visibilitychange", () => {
    if (page.visibilityState === "hidden") leave();
    else away = false;
  });
  windowOf.addEventListener("blur", leave);
  windowOf.addEventListener("focus", () => { away = false; });
  page.addEventListener("fullscreenchange", () => {
    if (!page.fullscreenElement) told("screen");
  });
}
