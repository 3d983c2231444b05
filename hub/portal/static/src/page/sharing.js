// A link to hand on: copied, or given to what the device shares with. Without the script the field
// itself can be copied.

/** Show the buttons of ``box`` that this browser (``device``) can do something with. */
export function offerSharing(box, device) {
  const field = box.querySelector("input"), said = box.querySelector("[role=status]");
  const copy = box.querySelector("[data-copy]"), send = box.querySelector("[data-send]");
  field.addEventListener("focus", () => field.select());
  if (device.clipboard) {
    copy.hidden = false;
    copy.addEventListener("click", async () => {
      try {
        await device.clipboard.writeText(field.value);
        said.textContent = box.dataset.done;
      } catch { field.select(); } // not allowed: it stands ready for the reader's own copy
    });
  }
  if (device.share) {
    send.hidden = false;
    send.addEventListener("click", () => {
      device.share({ url: field.value }).catch(() => {}); // changed their mind
    });
  }
}
