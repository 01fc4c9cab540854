// Which injects are chosen, and as what they were seen: one by one, a range, all that the filters find.
// desk.js draws the table and moves the focus in it; it tells of both by events.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

const place = $("#msel-table");
const bulk = $("#bulk");
const rowsOf = (drawn = place) => $$("tr[data-pk]", drawn);

const chosen = new Map();  // key → the revision that was seen
let anchor = "";  // the key of the row from which a range reaches
let before = new Map();  // what was chosen before the range
let reached = "";  // the key of the row to which it reaches
let every = null;  // the keys of all that the filters find, as far as it was asked

const packed = (pairs) => [...pairs].map(([pk, revision]) => `${pk}:${revision}`).join(",");
const unpacked = (text) => text.split(",").filter(Boolean).map((one) => one.split(":"));
const pairOf = (row) => [row.dataset.pk, row.dataset.revision];

// ── choosing ────────────────────────────────────────────────────────────────────────────────────
function begin(pk) {
  anchor = reached = pk;
  before = new Map(chosen);
}

function choose(row, on) {
  if (on) chosen.set(...pairOf(row));
  else chosen.delete(row.dataset.pk);
  begin(row.dataset.pk);
  show();
}

function become(pairs) {
  chosen.clear();
  for (const [pk, revision] of pairs) chosen.set(pk, revision);
  show();
}

function unchoose() {
  become([]);
  anchor = reached = "";
  before = new Map();
}

// Whoever asks twice wants the later answer.
let asked = 0;

async function reach(row) {
  const turn = ++asked;
  const { pk } = row.dataset;
  reached = pk;
  const found = between(anchor, pk) || await find({ first: anchor, last: pk });
  if (found && turn === asked) become([...before, ...found]);
}

// The rows from one to another; nothing where some of them are not drawn.
function between(from, to) {
  const all = $$("tr[data-pk], tbody.gap", place);
  const [first, last] = [from, to].map((pk) => all.findIndex((one) => one.dataset.pk === pk))
    .sort((one, other) => one - other);
  if (first < 0) return null;
  const some = all.slice(first, last + 1);
  return some.some((one) => one.nodeName === "TBODY") ? null : some.map(pairOf);
}

async function chooseAll(on) {
  const turn = ++asked;
  const found = await find({});
  if (!found || turn !== asked) return;
  every = new Set(found.map(([pk]) => pk));
  const rest = [...chosen].filter(([pk]) => !every.has(pk));
  become(on ? [...rest, ...found] : rest);
  anchor = reached = "";
}

// What the filters find, asked of the server; of what stands in the table, as it stands there.
async function find(ends) {
  const query = new URLSearchParams(new FormData($("#filters")));
  for (const [name, pk] of Object.entries(ends)) query.set(name, pk);
  const answer = await fetch(`${place.dataset.chosen}?${query}`).catch(() => null);
  if (!answer?.ok) {
    show();
    return null;
  }
  const drawn = new Map(rowsOf().map(pairOf));
  return unpacked(await answer.text()).map(([pk, revision]) => [pk, drawn.get(pk) || revision]);
}

// ── showing ─────────────────────────────────────────────────────────────────────────────────────
let saying = 0;

function show(drawn = place) {
  for (const row of rowsOf(drawn)) {
    const on = chosen.has(row.dataset.pk);
    const box = $(".c-pick input[type=checkbox]", row);
    if (box && box.checked !== on) box.checked = on;
    const selected = String(on || row.classList.contains("editing"));
    if (row.getAttribute("aria-selected") !== selected) row.setAttribute("aria-selected", selected);
  }
  const all = $("#all-shown");
  if (all) {
    all.checked = chosen.size > 0 && allChosen();
    all.indeterminate = chosen.size > 0 && !all.checked;
  }
  bulk.classList.toggle("some", chosen.size > 0);
  const count = chosen.size.toLocaleString(document.documentElement.lang);
  $("#bulk-n").textContent = count;
  clearTimeout(saying);
  // Said when the choosing has come to rest, not at every row that it passes.
  saying = setTimeout(() => say(count), 400);
}

function say(count) {
  const said = $("#chosen-said");
  const words = chosen.size ? said.dataset[chosen.size === 1 ? "one" : "several"] : said.dataset.none;
  const now = words.replace("{n}", count);
  if (said.textContent !== now && (said.textContent || chosen.size)) said.textContent = now;
}

function allChosen() {
  const drawn = rowsOf();
  if (!drawn.length || !drawn.every((row) => chosen.has(row.dataset.pk))) return false;
  if (!$("tbody.gap", place)) return true;
  return Boolean(every) && every.size > 0 && [...every].every((pk) => chosen.has(pk));
}

// ── what the page says ──────────────────────────────────────────────────────────────────────────
// Drawn anew: what stands there is what was seen, from now on.
document.addEventListener("desk:drawn", (event) => {
  if (!chosen.size) return;  // the server draws nothing chosen
  const { drawn } = event.detail;
  for (const row of rowsOf(drawn)) if (chosen.has(row.dataset.pk)) chosen.set(...pairOf(row));
  show(drawn);
});

document.addEventListener("desk:reached", (event) => {
  const { from, to } = event.detail;
  // With the keys a range begins where the focus was, unless it goes on.
  if (!anchor || from.dataset.pk !== reached) begin(from.dataset.pk);
  reach(to);
});

for (const swapped of ["htmx:afterSwap", "htmx:oobAfterSwap"]) {
  document.addEventListener(swapped, () => {
    for (const told of $$("[data-now]")) {
      for (const [pk, was, is] of unpacked(told.dataset.now)) {
        if (!is) chosen.delete(pk);
        else if (chosen.get(pk) === was) chosen.set(pk, is);
      }
      told.removeAttribute("data-now");
      show();
    }
  });
}

// Rows that are chosen but not drawn go along with the others.
document.addEventListener("htmx:configRequest", (event) => {
  const { elt, parameters } = event.detail;
  if (elt.closest?.("#bulk")) parameters.rows = packed(chosen);
});

// ── the pointer and the keys ────────────────────────────────────────────────────────────────────
document.addEventListener("change", (event) => {
  if (event.target.id === "all-shown") chooseAll(event.target.checked);
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-unselect]")) {
    unchoose();
    return;
  }
  const row = event.target.closest("#msel-table tr[data-pk]:not(.editing)");
  if (!row) return;
  const box = event.target.closest(".c-pick");
  if (event.shiftKey && anchor) reach(row);
  else if (box) choose(row, event.target === $("input", box) ? event.target.checked : !chosen.has(row.dataset.pk));
  else begin(row.dataset.pk);
});

// Shift and a click choose rows, not words.
document.addEventListener("mousedown", (event) => {
  const row = event.shiftKey && event.target.closest("#msel-table tr[data-pk]:not(.editing)");
  if (row && event.target.nodeName !== "INPUT") event.preventDefault();
});

const KEYS = {
  " ": (row, event) => {
    if (event.shiftKey && anchor) reach(row);
    else choose(row, !chosen.has(row.dataset.pk));
  },
  Delete: (row) => {
    const rows = packed(chosen.size ? chosen : [pairOf(row)]);
    const address = place.dataset.do.replace("/act/", "/remove/");
    htmx.ajax("POST", address, { values: { rows }, source: place, target: "#sure-in" });
  },
  Escape: () => unchoose(),
};

document.addEventListener("keydown", (event) => {
  const row = event.target;
  if ($("dialog[open]") || !row.matches?.("#msel-table tr[data-pk]:not(.editing)")) return;
  const all = event.key.toLowerCase() === "a" && (event.ctrlKey || event.metaKey);
  if (!all && (!KEYS[event.key] || event.ctrlKey || event.metaKey || event.altKey)) return;
  event.preventDefault();
  event.stopPropagation();
  if (all) chooseAll(true);
  else KEYS[event.key](row, event);
}, { capture: true });
