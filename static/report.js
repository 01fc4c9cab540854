// The report's drawings: what a mark is, told beside it; one stop for the keyboard in each drawing.

const tip = document.createElement("div");
tip.className = "rp-tip";
tip.setAttribute("aria-hidden", "true"); // the mark's own label says the same
tip.hidden = true;
document.body.append(tip);

const markOf = (node) => node.closest?.("[data-tip]");

function show(mark) {
  tip.textContent = mark.dataset.tip;
  tip.hidden = false;
  const at = mark.getBoundingClientRect();
  const own = tip.getBoundingClientRect();
  const left = Math.min(Math.max(4, at.left + at.width / 2 - own.width / 2), innerWidth - own.width - 4);
  const above = at.top - own.height - 6;
  tip.style.left = `${left}px`;
  tip.style.top = `${above > 4 ? above : at.bottom + 6}px`;
}

const hide = () => { tip.hidden = true; };

for (const [event, act] of [["pointerover", show], ["focusin", show]]) {
  document.addEventListener(event, ({ target }) => {
    const mark = markOf(target);
    if (mark) act(mark);
    else if (event === "pointerover") hide();
  });
}
document.addEventListener("focusout", hide);
addEventListener("scroll", hide, { capture: true, passive: true });
document.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });

// A finger has no hover: the first tap tells, the second one follows.
let tapped = null;
document.addEventListener("click", (event) => {
  const mark = markOf(event.target);
  if (mark && event.pointerType === "touch" && tapped !== mark) {
    event.preventDefault();
    show(mark);
  }
  tapped = mark;
}, { capture: true });

// The browser's own tooltips would stand beside ours.
for (const title of document.querySelectorAll("[data-tip] > title")) title.remove();
for (const cell of document.querySelectorAll("[data-tip][title]")) cell.removeAttribute("title");

for (const drawing of document.querySelectorAll("[data-marks]")) {
  const marks = [...drawing.querySelectorAll("a.mk")];
  marks.forEach((mark, place) => mark.setAttribute("tabindex", place ? "-1" : "0"));
  drawing.addEventListener("keydown", (event) => {
    const at = marks.indexOf(markOf(event.target));
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (at < 0 || !step) return;
    event.preventDefault();
    const next = marks[(at + step + marks.length) % marks.length];
    marks[at].setAttribute("tabindex", "-1");
    next.setAttribute("tabindex", "0");
    next.focus();
  });
}
