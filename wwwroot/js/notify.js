// A message of the browser when something has ended on a page that stays open in the background.

/** Asks the reader: "granted", "denied", "default" when she decided nothing, or "unsupported". */
export async function ask() {
  if (!("Notification" in window)) {
    return "unsupported";
  }
  return Notification.permission === "default" ? await Notification.requestPermission() : Notification.permission;
}

/** Shows a message, if the reader allowed it; choosing it comes back to the page. */
export function show(title, text, tag) {
  if (!("Notification" in window) || Notification.permission !== "granted") {
    return false;
  }
  const message = new Notification(title, { body: text, tag });
  message.onclick = () => {
    window.focus();
    message.close();
  };
  return true;
}
