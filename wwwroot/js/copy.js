// Buttons that copy the text of a field; without this file they stay hidden and the fields can be selected by hand.
(() => {
  "use strict";

  // Blazor's enhanced navigation and the first load alike: buttons appear only where they work.
  const show = () => document.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  const say = (text) => document.querySelectorAll("[data-copied]").forEach((place) => { place.textContent = text; });

  const copy = async (field) => {
    field.select();
    if (navigator.clipboard) {
      await navigator.clipboard.writeText(field.value);
      return true;
    }
    // Addresses without TLS have no clipboard object.
    return document.execCommand("copy");
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (button) {
      const field = document.getElementById(button.dataset.copy);
      const done = await copy(field).catch(() => false);
      say(done ? `Copied: ${field.labels[0].textContent.toLowerCase()}.` : "The browser did not allow it: the text is selected, copy it by hand.");
    }
  });

  show();
})();
