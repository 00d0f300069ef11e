// Examples for readers without a mouse, and for the clipboard. Without this file the titles of tokens tell their activations and the text page has the text.
(() => {
  "use strict";

  const examples = (node) => node instanceof Element ? node.closest(".strips") : null;

  // What a browser shows of a title only to a mouse: a tap on a token, or Enter on a focused one, shows it below the line.
  const tell = (token) => {
    const strip = token.closest(".strip");
    document.querySelectorAll(".told").forEach((old) => old.remove());
    const told = document.createElement("output");
    told.className = "told";
    told.textContent = `${token.textContent.trim()}: ${token.title.replaceAll("\n", "; ")}`;
    strip.append(told);
  };

  const copy = async (button) => {
    const text = new URL(button.parentElement.querySelector("a.read").href).searchParams.get("q");
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "copied";
    } catch {
      // Addresses without TLS have no clipboard: a field that holds the text can be copied from.
      const field = document.createElement("textarea");
      field.value = text;
      document.body.append(field);
      field.select();
      button.textContent = document.execCommand("copy") ? "copied" : "not allowed";
      field.remove();
    }
    setTimeout(() => { button.textContent = "copy"; }, 2000);
  };

  document.addEventListener("click", (event) => {
    if (!examples(event.target)) {
      return;
    }
    const button = event.target.closest(".copy-text");
    const token = event.target.closest(".line [title]");
    if (button) {
      copy(button);
    } else if (token) {
      tell(token);
    }
  });
  document.addEventListener("focusin", (event) => {
    if (examples(event.target) && event.target.matches(".line [title]")) {
      tell(event.target);
    }
  });

  for (const link of document.querySelectorAll(".strip a.read")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy-text";
    button.textContent = "copy";
    button.setAttribute("aria-label", link.getAttribute("aria-label").replace("Open in the text page", "Copy as text"));
    link.after(" ", button);
  }
  document.querySelectorAll("#top .centre > [title]").forEach((token) => { token.tabIndex = 0; });
})();
