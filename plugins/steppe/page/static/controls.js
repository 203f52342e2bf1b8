// A choice is followed at once; the button is for words to be looked for, and for those without scripts.
"use strict";
for (const form of document.querySelectorAll("form.choice")) {
  form.querySelector("button").hidden = !form.querySelector("input[type=search]");
  form.addEventListener("change", () => form.submit());
}
