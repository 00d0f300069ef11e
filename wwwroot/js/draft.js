// What a form keeps in the browser's tab: its draft, its address, and where the cursor is.

/** The draft that was kept under a name, or null. */
export function load(name) {
  try {
    return sessionStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keeps a draft until the tab is closed. */
export function save(name, text) {
  try {
    sessionStorage.setItem(name, text);
  } catch {
    // No room, or storage is switched off: the form works without.
  }
}

/** Forgets a draft. */
export function remove(name) {
  try {
    sessionStorage.removeItem(name);
  } catch {
    // Nothing was kept.
  }
}

/** Writes the form's state into the address, without loading anything. */
export function address(url) {
  history.replaceState(history.state, "", url);
}

/** Puts the cursor into a field as soon as it can be seen, and opens what it is folded away in. */
export async function focus(id) {
  for (let frame = 0; frame < 60; frame++) {
    const field = document.getElementById(id);
    for (let part = field?.closest("details"); part; part = part.parentElement?.closest("details")) {
      part.open = true;
    }
    if (field?.checkVisibility()) {
      field.scrollIntoView({ block: "center" });
      field.focus({ preventScroll: true });
      return true;
    }
    await new Promise((next) => requestAnimationFrame(next));
  }
  return false;
}
