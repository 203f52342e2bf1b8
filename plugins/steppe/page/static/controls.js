// A choice is followed at once; the button is for those without scripts.
"use strict";
for (const form of document.querySelectorAll("form.choice")) {
  form.querySelector("button").hidden = true;
  form.addEventListener("change", () => form.submit());
}
