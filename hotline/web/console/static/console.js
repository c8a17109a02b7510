// What the pages need besides htmx: a menu that is open where there is room, news said aloud, times that pass.
"use strict";

(() => {
  const wide = window.matchMedia("(min-width: 64rem)");
  const menu = document.querySelector("details.menu");

  function fitMenu() {
    if (menu) menu.open = wide.matches;
  }
  fitMenu();
  wide.addEventListener("change", fitMenu);

  const more = document.querySelector("details.more");
  document.addEventListener("click", (event) => {
    if (more && more.open && wide.matches && !more.contains(event.target)) more.open = false;
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && more && more.open) {
      more.open = false;
      more.querySelector("summary").focus();
      return;
    }
    if (event.key === "Escape" && menu && menu.open && !wide.matches) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // A form that was sent is not sent again by a shaking hand; the page that comes back is new.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    setTimeout(() => delete form.dataset.sent, 4000);
  });

  // Something was refused while a part of the page asked: say it where it is heard.
  document.addEventListener("htmx:response:error", () => {
    const said = document.getElementById("said");
    const words = document.body.dataset.broken;
    if (said && words) said.textContent = words;
  });
})();
