// What was shared out so far, kept true while shares are typed.

/** A share as it is typed, with or without dots of thousands; 0 where it is no number. */
export const readShare = (text) => {
  const figures = text.replace(/[.\s]/g, "");
  return /^\d{1,7}$/.test(figures) ? Number(figures) : 0;
};

/** ``said`` has the sentences: ``[sum]`` and ``[left]`` are put in. */
export function sayOf({ says, left, over }, sum, amount, write) {
  const words = says.replace("[sum]", write(sum));
  if (sum === amount) return words;
  return `${words} ${(sum < amount ? left : over).replace("[left]", write(Math.abs(amount - sum)))}`;
}

export function keepSum(said) {
  const form = said.closest("form"), { amount, language } = said.dataset;
  const write = (number) => number.toLocaleString(language);
  const show = () => {
    const shares = [...form.querySelectorAll('[name^="unit-"]')].map((one) => readShare(one.value));
    said.textContent = sayOf(said.dataset, shares.reduce((sum, one) => sum + one, 0), Number(amount), write);
  };
  form.addEventListener("input", show);
  show();
}
