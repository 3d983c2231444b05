// Choosing a file in the page's language: see the chooser in parts.html.
for (const chooser of document.querySelectorAll(".chooser")) {
  const input = chooser.querySelector("input"), chosen = chooser.querySelector(".chosen");
  const show = () => {
    chosen.textContent = [...input.files].map((file) => file.name).join(", ") || chosen.dataset.none;
  };
  input.addEventListener("change", show);
  input.form?.addEventListener("reset", () => setTimeout(show));
  show();
  chooser.classList.add("ready");
}
