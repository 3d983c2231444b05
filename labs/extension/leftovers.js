// What other extensions say without asking for a language: nbgrader's tools in an author's lab, the
// note that a notebook is read-only. Their words are looked up in the language pack where they stand.
const ON_TOP = ".jp-Dialog, .lm-Menu"; // these come and go directly below the page's body
const WORDS = 4; // NodeFilter.SHOW_TEXT

/** Say ``node``'s texts with ``say``, which answers with the same where it knows no better. */
export function sayAgain(node, say) {
  const texts = document.createTreeWalker(node, WORDS);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    const spoken = text.data.trim(), said = spoken && say(spoken);
    if (said && said !== spoken) text.data = text.data.replace(spoken, () => said);
  }
  for (const one of [node, ...node.querySelectorAll("[title]")]) {
    const said = one.title && say(one.title);
    if (said && said !== one.title) one.title = said;
  }
}

/** The same now and whenever something changes in ``node``. */
export function keepSaying(node, say) {
  sayAgain(node, say);
  const watch = new MutationObserver(() => { sayAgain(node, say); });
  watch.observe(node, { childList: true, subtree: true, characterData: true });
  return watch;
}

/** A name on a tab and what is told of it. */
export function sayTitle(title, say) {
  for (const key of ["label", "caption"]) {
    const said = title[key] && say(title[key]);
    if (said && said !== title[key]) title[key] = said;
  }
}

/** Watch what stands beside notebooks and what opens on top of the page. ``say(text)``. */
export function watchLeftovers(shell, say) {
  for (const side of shell.widgets?.("right") ?? []) {
    if (!/nbgrader/i.test(side.id)) continue;
    sayTitle(side.title, say);
    keepSaying(side.node, say);
  }
  const watch = new MutationObserver((changes) => {
    for (const { addedNodes } of changes)
      for (const node of addedNodes) if (node.matches?.(ON_TOP)) sayAgain(node, say);
  });
  watch.observe(document.body, { childList: true });
  return watch;
}
