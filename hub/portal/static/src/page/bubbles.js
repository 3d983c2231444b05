// What the browser says at a field that is not filled in speaks the browser's language; here it
// speaks the page's.

/** Which sentence fits what is wrong with a field. */
export function wordFor({ valueMissing, typeMismatch, rangeOverflow, rangeUnderflow }, { type, min, max }, words) {
  if (valueMissing) return ["checkbox", "radio", "select-one", "file"].includes(type) ? words.sayChoose : words.sayFill;
  if (typeMismatch && type === "email") return words.sayEmail;
  if ((rangeOverflow || rangeUnderflow) && min && max) return words.sayRange.replace("[min]", min).replace("[max]", max);
  return words.sayWrong;
}

/** ``words``: the page's sentences, the data of its body. */
export function speakBubbles(page, words) {
  page.addEventListener("invalid", ({ target }) => {
    target.setCustomValidity("");
    if (!target.validity.valid) target.setCustomValidity(wordFor(target.validity, target, words));
  }, true); // it does not bubble
  const forget = ({ target }) => {
    if (!target.form || !target.setCustomValidity) return;
    const same = target.type === "radio" ? target.form.elements[target.name] : [target];
    for (const one of same.length === undefined ? [same] : same) one.setCustomValidity("");
  };
  page.addEventListener("input", forget, true);
  page.addEventListener("change", forget, true);
}
