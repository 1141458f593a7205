// Starts the design system's own components; every page works without it.
const frontend = document.querySelector("script[data-nhsuk-frontend]").dataset
  .nhsukFrontend;

import(frontend).then(({ initAll }) => {
  initAll();
  // Pieces of a page that htmx brings in later have components of their own.
  document.body.addEventListener("htmx:load", (event) => {
    if (event.target !== document.body) initAll({ scope: event.target });
  });
});

// Asks someone who has not used Mavis for a while whether they want to go on. Without
// scripts a page of its own asks.
const warning = document.querySelector("dialog[data-session-status]");
if (warning) {
  const form = warning.querySelector("form");
  const at = warning.querySelector("[data-session-at]");
  const warnBefore = Number(warning.dataset.sessionWarning);
  let timer;
  const lookIn = (seconds) => {
    clearTimeout(timer);
    timer = setTimeout(look, Math.max(seconds, 1) * 1000);
  };
  const act = ({ seconds, mayBeLonger }) => {
    if (seconds <= 0) {
      location.assign(location.href);
    } else if (seconds > warnBefore) {
      // Used meanwhile, perhaps in another window.
      warning.close();
      lookIn(seconds - warnBefore);
    } else {
      const end = new Date(Date.now() + seconds * 1000);
      at.textContent = end.toLocaleTimeString("en-GB", {
        hour: "2-digit",
        minute: "2-digit",
      });
      form.hidden = !mayBeLonger;
      if (!warning.open) warning.showModal();
      lookIn(Math.min(seconds, 15));
    }
  };
  const ask = (address, options) =>
    fetch(address, { ...options, headers: { Accept: "application/json" } })
      .then((answer) => answer.json())
      .then(act)
      .catch(() => lookIn(15));
  const look = () => ask(warning.dataset.sessionStatus);

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    ask(form.action, { method: "POST", body });
  });
  document.addEventListener("visibilitychange", () => {
    // Timers stand still while a machine sleeps.
    if (!document.hidden) look();
  });
  lookIn(Number(warning.dataset.sessionSeconds) - warnBefore);
}
