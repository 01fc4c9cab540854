// The pages of an import: from error to error by key, and the place kept when a cell was corrected.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

const bad = () => $$("tr[data-bad]");
const numberOf = (row) => Number(row.id.slice("row-".length));

// Where the reader is: the row with the focus, also that of the words under it, else the top.
function here() {
  const row = document.activeElement?.closest?.("tr");
  const of = row?.classList.contains("why") ? row.previousElementSibling : row;
  return of?.id?.startsWith("row-") ? numberOf(of) : 0;
}

// The outlined cell of a row, else the first thing to press under it.
function goTo(row) {
  const under = row.nextElementSibling?.classList.contains("why") ? row.nextElementSibling : null;
  const stop = $("[aria-invalid]", row) || (under && $("[aria-invalid], button", under));
  row.scrollIntoView({ block: "center" });
  if (stop) stop.focus({ preventScroll: true });
  else {
    row.tabIndex = -1;
    row.focus({ preventScroll: true });
  }
}

// To the next error or back to the one before; across the pages of the table, round and round.
function step(forward) {
  const rows = bad();
  const at = here();
  const next = forward
    ? rows.find((row) => numberOf(row) > at)
    : rows.findLast((row) => numberOf(row) < at);
  if (next) {
    goTo(next);
    return;
  }
  const { after, before } = $("#next-bad")?.dataset ?? {};
  const elsewhere = forward ? after : before;
  if (elsewhere) location.assign(elsewhere);
  else if (rows.length) goTo(forward ? rows[0] : rows.at(-1));
}

document.addEventListener("keydown", (event) => {
  if (event.key !== "F8" || event.ctrlKey || event.altKey || event.metaKey) return;
  if (!$("#next-bad")) return;
  event.preventDefault();
  step(!event.shiftKey);
});

document.addEventListener("click", (event) => {
  if (!event.target.closest?.("#next-bad") || !(bad().length)) return;
  event.preventDefault();
  step(true);
});

// A corrected cell is gone with the table it stood in: the focus goes to what is still wrong in its
// row, else to the next error, else to what imports; so too on the page that the worker's check led to.
function goOn() {
  const review = $("#review[data-focus]");
  if (!review) return;
  const at = Number(review.dataset.focus);
  delete review.dataset.focus;
  const next = bad().find((row) => numberOf(row) >= at);
  const row = document.getElementById(`row-${at}`);
  if (next) goTo(next);
  else if (row) $("input:not([type=hidden]), button", row)?.focus();
  else $(".isum .primary")?.focus();
}

document.addEventListener("htmx:afterSwap", goOn);

// What failed leaves the page as it is: what was typed stays, what waits is asked for again. A refusal
// brings its own toast.
const ASK_AGAIN_MS = 3000;
const UNFIT = 422;  // drawn as a page like any other

function askAgain() {
  const progress = $("#progress");
  if (!progress) return;
  const address = progress.getAttribute("hx-get");
  setTimeout(() => htmx.ajax("GET", address, { target: "#progress", swap: "outerHTML" }), ASK_AGAIN_MS);
}

function sayOffline() {
  const say = $("#say-bad");
  if (!say) return;
  say.textContent = $("#words").dataset.offline;
  say.classList.remove("vh");
}

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr } = event.detail;
  if (!["review", "progress"].includes(target?.id) || xhr.status < 400 || xhr.status === UNFIT) return;
  event.detail.swapOverride = "none";
  askAgain();
  if (xhr.status >= 500) sayOffline();
});

document.addEventListener("htmx:sendError", () => {
  askAgain();
  sayOffline();
});

// A file takes its time: the button says so, and cannot be pressed twice.
document.addEventListener("submit", (event) => {
  const button = $("[data-busy]", event.target);
  if (!button) return;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.setAttribute("aria-busy", "true");
  button.textContent = button.dataset.busy;
  setTimeout(() => { button.disabled = true; });
});

// Back by the browser's own button: pressed buttons can be pressed again.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});

// A link to a row of another page is followed to its error. When all is loaded, for the browser goes
// to the row as well, and takes the focus from whatever has it.
addEventListener("load", () => setTimeout(() => {
  const wanted = bad().find((row) => `#${row.id}` === location.hash);
  if (wanted) goTo(wanted);
  goOn();
}));
