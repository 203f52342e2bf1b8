// Light or dark as Airflow's own page: it keeps the choice under "theme" in the storage that this page, of the same origin, shares. Paper is light.
"use strict";
(function () {
  function show(dark, onPaper = false) {
    document.documentElement.dataset.theme = dark ? "dark" : "light";
    document.dispatchEvent(new CustomEvent("themed", { detail: { onPaper } }));
  }
  function follow() {
    const chosen = localStorage.getItem("theme");
    show(chosen === "dark" || (chosen !== "light" && matchMedia("(prefers-color-scheme: dark)").matches));
  }
  follow();
  addEventListener("beforeprint", () => show(false, true));
  addEventListener("afterprint", () => requestAnimationFrame(follow));
  addEventListener("storage", follow);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", follow);
})();
