// Light or dark as Airflow's own page: it keeps the choice under "theme" in the storage that this page, of the same origin, shares.
"use strict";
(function () {
  function follow() {
    const chosen = localStorage.getItem("theme");
    const dark = chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    document.dispatchEvent(new Event("themed"));
  }
  follow();
  addEventListener("storage", follow);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", follow);
})();
