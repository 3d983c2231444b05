// A form that is sent with a security key's answer in it.

import { readQuestion, sentenceOf, writeAnswer } from "./key_words.js";

export function askKeys(page, credentials) {
  for (const form of page.querySelectorAll("form[data-key]")) {
    form.addEventListener("submit", (event) => {
      if (form.elements.answer.value) return; // answered: off it goes
      event.preventDefault();
      ask(form, credentials);
    });
  }
}

async function ask(form, credentials) {
  const button = form.querySelector("[data-ask]");
  say(form, "asking");
  button.disabled = true;
  try {
    if (!credentials?.[form.dataset.key]) throw new Error("no keys in this browser");
    const publicKey = readQuestion(form.dataset.options);
    form.elements.answer.value = writeAnswer(await credentials[form.dataset.key]({ publicKey }));
    form.submit();
  } catch (error) {
    say(form, sentenceOf(error));
    button.disabled = false;
    button.focus();
  }
}

function say(form, which) {
  for (const sentence of form.querySelectorAll("[data-said]")) {
    sentence.hidden = sentence.dataset.said !== which;
  }
}
