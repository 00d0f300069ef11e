// Charts of pages to read: the server's drawing stays until a reader points at it, touches it or tabs to it; then plotly.js takes its place.
// Pages with a connection draw their charts themselves.
if (!document.body.classList.contains("studio")) {
  for (const figure of document.querySelectorAll("figure[data-chart]")) {
    let started = false;
    const start = async () => {
      if (started) {
        return;
      }
      started = true;
      try {
        const { draw } = await import(figuresModule());
        await draw(figure);
      } catch (failure) {
        started = false;
        console.error(failure);
      }
    };
    for (const event of ["pointerenter", "focusin", "touchstart"]) {
      figure.addEventListener(event, start, { passive: true });
    }
  }
}

// A page whose connection is gone for good, because the server was started anew, loads itself again as soon as the server answers.
const lost = document.getElementById("components-reconnect-modal");
if (lost) {
  let waiting = false;
  new MutationObserver(() => {
    if (waiting || !["failed", "rejected"].some((state) => lost.classList.contains(`components-reconnect-${state}`))) {
      return;
    }
    waiting = true;
    const ask = async () => {
      const answer = await fetch("/healthz/live").catch(() => null);
      if (answer?.ok) {
        location.reload();
      } else {
        setTimeout(ask, 2000);
      }
    };
    ask();
  }).observe(lost, { attributes: true, attributeFilter: ["class"] });
}

function figuresModule() {
  return document.getElementById("figures").dataset.module;
}
