// The hot wash: one finding at a time, and the board as it was beside it.

const $ = (selector) => document.querySelector(selector);
const slides = [...document.querySelectorAll(".slide")];
const address = $("#main").dataset.moments;
const number = () => Math.max(0, slides.findIndex((slide) => `#${slide.id}` === location.hash));
let here = -1;

function show(place, focus = true) {
  place = Math.min(slides.length - 1, Math.max(0, place));
  if (place === here || !slides.length) return;
  here = place;
  for (const slide of slides) slide.classList.toggle("away", slide !== slides[here]);
  $("#previous").setAttribute("aria-disabled", String(here === 0));
  $("#next").setAttribute("aria-disabled", String(here === slides.length - 1));
  history.replaceState(null, "", `#${slides[here].id}`);
  if (focus) slides[here].querySelector("h2").focus({ preventScroll: true });
  look(slides[here]);
}

// The board at the moment of a finding, or of one of its cases.
function look(part) {
  for (const link of document.querySelectorAll(".slide a[data-at]")) {
    const current = link === part || (part.matches(".slide") && link.dataset.at === part.dataset.at);
    if (current && part.contains(link)) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  htmx.ajax("GET", part.dataset.at ? `${address}?at=${part.dataset.at}` : address, {
    source: "#main", target: "#beside", swap: "outerHTML",
  });
}

const KEYS = {
  ArrowRight: () => show(here + 1),
  ArrowDown: () => show(here + 1),
  PageDown: () => show(here + 1),
  " ": () => show(here + 1),
  ArrowLeft: () => show(here - 1),
  ArrowUp: () => show(here - 1),
  PageUp: () => show(here - 1),
  Home: () => show(0),
  End: () => show(slides.length - 1),
  Escape: () => $("#leave").click(),
};

addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !KEYS[event.key]) return;
  if (event.target.closest?.("input, select, textarea")) return;
  if (event.key === " " && event.target.closest?.("a, button")) return;
  if (event.key === "Escape" && document.fullscreenElement) return;  // the browser leaves that first
  event.preventDefault();
  event.stopImmediatePropagation();
  KEYS[event.key]();
}, { capture: true });

document.addEventListener("click", (event) => {
  const link = event.target.closest(".slide a[data-at]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  look(link);
});

document.addEventListener("htmx:afterSettle", () => document.dispatchEvent(new Event("drawn")));
addEventListener("hashchange", () => show(number()));
$("#previous").addEventListener("click", () => show(here - 1, false));
$("#next").addEventListener("click", () => show(here + 1, false));
$("#previous").hidden = $("#next").hidden = false;
document.body.classList.add("stepping");
show(number(), false);
