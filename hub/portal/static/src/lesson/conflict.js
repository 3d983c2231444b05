// Two versions of one answer side by side; nothing is overwritten until one is chosen.

/** ``choose(value)`` is called with the version that the learner takes. */
export function showConflict(cell, { mine, theirs }, { say, describe, choose }) {
  const box = cell.querySelector(".conflict");
  const side = (title, value, button) => {
    const part = document.createElement("div");
    const heading = document.createElement("p"), shown = document.createElement("pre"), take = document.createElement("button");
    heading.textContent = title;
    shown.textContent = describe(cell, value);
    take.type = "button";
    take.className = "second";
    take.textContent = button;
    take.addEventListener("click", () => {
      box.hidden = true;
      choose(value);
    });
    part.append(heading, shown, take);
    return part;
  };
  const intro = document.createElement("p"), pair = document.createElement("div");
  intro.textContent = say.conflict;
  pair.className = "conflict-pair";
  pair.append(side(say.mine, mine, say.keep_mine), side(say.theirs, theirs, say.keep_theirs));
  box.replaceChildren(intro, pair);
  box.setAttribute("role", "alert");
  box.hidden = false;
}
