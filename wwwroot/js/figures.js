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

function figuresModule() {
  return document.getElementById("figures").dataset.module;
}
