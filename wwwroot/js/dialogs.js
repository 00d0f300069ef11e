// A dialog that closes gives the focus back. MudBlazor returns it to the element that had it; where that was an entry of a menu it is gone, and the button that
// opened the menu takes its place.
(() => {
  "use strict";

  const over = ".mud-dialog-container, .mud-popover, .mud-overlay";
  const dialogs = document.getElementsByClassName("mud-dialog-container");
  let opener;
  let open = false;

  document.addEventListener("focusin", ({ target }) => {
    if (dialogs.length === 0 && !target.closest(over)) {
      opener = target;
    }
  });

  new MutationObserver(() => {
    const closed = open && dialogs.length === 0;
    open = dialogs.length > 0;
    if (closed) {
      const back = opener;
      // MudBlazor comes first.
      setTimeout(() => {
        if (document.activeElement === document.body && back?.isConnected) {
          back.focus();
        }
      }, 50);
    }
  }).observe(document.body, { childList: true, subtree: true });
})();
