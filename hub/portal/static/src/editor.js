// The code editor of the player: CodeMirror 6 over a <textarea>, which stays the form's own field.
// Tab leaves the editor (nobody is trapped); Enter indents by itself; Ctrl-Space completes names.
import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { bracketMatching, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, keymap, lineNumbers } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--code)" },
  "&.cm-focused": { outline: "none" },
  ".cm-content": {
    fontFamily: "var(--mono)",
    caretColor: "var(--ink)", padding: ".5rem 0", lineHeight: "1.55",
  },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  ".cm-gutters": { backgroundColor: "var(--code)", color: "var(--muted)", border: "none" },
  "&.cm-focused .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--line) !important" },
  ".cm-matchingBracket": { backgroundColor: "var(--line) !important" },
  ".cm-tooltip": { backgroundColor: "var(--card)", border: "1px solid var(--edge)", color: "var(--ink)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--brand)", color: "var(--on-brand)" },
});

export function edit(textarea, { label, nonce, changed, run }) {
  const view = new EditorView({
    parent: (() => {
      const box = document.createElement("div");
      box.className = "editor";
      textarea.after(box);
      return box;
    })(),
    state: EditorState.create({
      doc: textarea.value,
      extensions: [
        EditorView.cspNonce.of(nonce),
        lineNumbers(), history(), drawSelection(), bracketMatching(), closeBrackets(),
        autocompletion(), python(), indentUnit.of("    "), EditorState.tabSize.of(4),
        syntaxHighlighting(classHighlighter), look, EditorView.lineWrapping,
        EditorView.contentAttributes.of({ "aria-label": label, spellcheck: "false", autocapitalize: "off" }),
        EditorState.readOnly.of(textarea.disabled),
        keymap.of([
          { key: "Mod-Enter", run: () => (run(), true) },
          { key: "Shift-Enter", run: () => (run(), true) },
          ...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap,
        ]),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          textarea.value = update.state.doc.toString();
          changed();
        }),
      ],
    }),
  });
  textarea.hidden = true;
  document.querySelector(`label[for="${CSS.escape(textarea.id)}"]`)?.addEventListener("click", () => view.focus());
  return {
    write(text) {
      if (text !== view.state.doc.toString())
        view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
    },
  };
}
