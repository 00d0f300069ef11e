// A page with a connection is drawn by the server first and once more, anew, when the connection is there: what a reader has written in between is carried over.
(() => {
  "use strict";

  const written = new Map();
  let watch;
  // Where the cursor was last: a field that is taken away loses it.
  let last;

  const fields = () => [...document.querySelectorAll("main :is(input, textarea, select)")];

  const value = (field) => (field.type === "checkbox" || field.type === "radio" ? field.checked : field.value);

  // A field keeps its place among those of its kind; its name may be made up anew.
  const place = (field) => {
    const kind = fields().filter((other) => other.type === field.type);
    return { type: field.type, id: field.id, index: kind.indexOf(field), of: kind.length };
  };

  const find = ({ type, id, index, of }) => {
    const kind = fields().filter((field) => field.type === type);
    return kind.find((field) => id && field.id === id) ?? (kind.length === of ? kind[index] : undefined);
  };

  const restore = (field, text) => {
    if (field.disabled || value(field) === text) {
      return;
    }
    if (typeof text === "boolean") {
      field.click();
      return;
    }
    field.value = text;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  const focus = (field, [start, end]) => {
    field.focus({ preventScroll: true });
    if (start !== null) {
      field.setSelectionRange(start, end);
    }
  };

  const carry = () => {
    for (const [old, entry] of written) {
      const field = old.isConnected ? undefined : find(entry.place);
      if (field) {
        written.delete(old);
        restore(field, value(old));
        if (old === last && document.activeElement === document.body) {
          focus(field, entry.selection);
        }
      }
    }
  };

  document.addEventListener("input", ({ target, isTrusted }) => {
    if (!isTrusted || !target.matches("main :is(input, textarea, select)") || target.type === "file") {
      return;
    }
    written.set(target, { place: place(target), selection: [target.selectionStart ?? null, target.selectionEnd ?? null] });
    watch ??= new MutationObserver(carry);
    watch.observe(document.querySelector("main"), { childList: true, subtree: true });
  });

  document.addEventListener("focusin", ({ target }) => {
    last = target;
  });
})();
