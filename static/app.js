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
