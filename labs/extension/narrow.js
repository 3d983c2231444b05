// On a phone the notebook is what one came for: panels beside it are closed until they are asked for.
const NARROW = "(max-width: 48rem)";

/** Close them where the screen is narrow, at the start and when it is turned. */
export function keepRoom(shell, screen = window.matchMedia(NARROW)) {
  const close = () => {
    if (!screen.matches) return;
    shell.collapseLeft?.(); // Notebook 7 has panels of its own kind, closed from the start
    shell.collapseRight?.();
  };
  close();
  screen.addEventListener("change", close);
}
