// The pages of the desk beside the MSEL, beyond HTML and htmx: keys in forms, and what is written but
// not saved, kept while the list around it is drawn anew.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

const wordsOf = (form) => new URLSearchParams(new FormData(form)).toString();

function remember(root = document) {
  for (const form of $$(".part-form", root)) form.dataset.was ??= wordsOf(form);
}

const unsaved = (form) => form.dataset.was !== undefined && form.dataset.was !== wordsOf(form);
const ofRow = (form) => form.closest(".part-open");

// ── lists drawn anew ────────────────────────────────────────────────────────────────────────────
let kept = [];

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, requestConfig } = event.detail;
  if (!target.matches?.("#parts, .part-rows")) return;
  const sent = requestConfig?.elt?.closest?.(".part-form");
  kept = $$(".part-form", target).filter((form) => form !== sent && unsaved(form)).map(ofRow);
});

document.addEventListener("htmx:afterSettle", () => {
  for (const row of kept.splice(0)) {
    const fresh = document.getElementById(row.id);
    if (!fresh || fresh === row) continue;
    fresh.replaceWith(row);
    htmx.process(row);
  }
  remember();
});

document.addEventListener("htmx:afterSwap", (event) => {
  const row = document.getElementById(event.detail.target?.id || "nothing");
  if (!row?.matches(".part-open")) return;
  remember(row);
  const wrong = $("[aria-invalid=true]", row);
  (wrong || $(".input", row))?.focus();
});

document.body.addEventListener("desk:saved", (event) => {
  const key = event.detail?.focus;
  if (!key) return;
  // After the swap, which comes next.
  setTimeout(() => {
    const row = document.getElementById(key);
    ($(".part-edit", row || document.body) || $(".input", row || document.body))?.focus();
  });
});

// ── keys ────────────────────────────────────────────────────────────────────────────────────────
document.addEventListener("keydown", (event) => {
  if ($("dialog[open]")) return;
  const own = event.target.closest?.(".part-form");
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "s") {
    const form = own || $$(".part-form").find(unsaved);
    if (!own && !$(".part-form")) return;
    event.preventDefault();
    form?.requestSubmit($(".part-foot .primary", form));
  }
  if (event.key === "Escape" && own && !unsaved(own)) {
    const cancel = $("[data-cancel]", own);
    if (!cancel) return;
    event.preventDefault();
    cancel.click();
  }
});

addEventListener("beforeunload", (event) => {
  if (sending) return;
  if ($$(".part-form").some(unsaved)) event.preventDefault();
});

// Without htmx's hand in it: a form that is sent leaves the page.
let sending = false;
document.addEventListener("submit", (event) => { sending = !event.defaultPrevented; });

remember();
