// The scenario desk beyond HTML and htmx: keys in the table, and the table drawn anew after every edit
// without losing where the planner is. The server decides; here nothing is known. What is chosen in the
// table is in desk-choosing.js.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

const place = $("#msel-table");
const inspector = $("#inspector");
const draft = Boolean(place && "draft" in place.dataset);
const pane = () => $(".rows", place);
const rowOf = (pk) => document.getElementById(`inject-${pk}`);
const rowAt = (target) => target.closest?.("tr[data-pk]");

// ── rows ────────────────────────────────────────────────────────────────────────────────────────
let opened = "";  // the key of the inject in the inspector
let reverted = null;  // the row as it was, while it is written in

// One row is in the order of the Tab key: the one that had the focus last.
function rove(row) {
  for (const other of $$("tr[tabindex='0']", place)) if (other !== row) other.tabIndex = -1;
  row.tabIndex = 0;
}

function focusRow(row) {
  if (!row) return;
  rove(row);
  row.focus({ preventScroll: true });
  const head = $("thead", place).offsetHeight + ($(".grp-row", place)?.offsetHeight || 0);
  const { top, bottom } = row.getBoundingClientRect();
  const view = pane().getBoundingClientRect();
  if (top < view.top + head) pane().scrollTop -= view.top + head - top;
  else if (bottom > view.bottom) pane().scrollTop += bottom - view.bottom;
}

// The next row in a direction. Where the rows are not drawn yet, they are fetched first.
async function neighbour(row, by) {
  const next = by > 0 ? "nextElementSibling" : "previousElementSibling";
  if (row[next]) return row[next];
  for (let body = row.parentElement[next]; body; body = body[next]) {
    if (body.classList.contains("gap")) await fill(body);
    const rows = $$("tr[data-pk]", document.getElementById(body.id) || body);
    if (rows.length) return rows.at(by > 0 ? 0 : -1);
  }
  return null;
}

function fill(body) {
  return htmx.ajax("GET", body.getAttribute("hx-get"), { target: body, swap: "outerHTML" });
}

// What was drawn: all of the table, or one block of it. Heights are read once, before any is written.
function markRows(drawn = place) {
  if (!place) return;
  const height = rowHeight();
  for (const row of $$("tr[data-pk]", drawn)) {
    row.classList.toggle("opened", row.dataset.pk === opened);
  }
  for (const body of $$("tbody.gap", place)) {
    const kept = $("td", body).style;
    const wanted = `${Number(body.dataset.rows) * height}px`;
    if (kept.height !== wanted) kept.height = wanted;
  }
  if (!$("tr[tabindex='0']", place)) $$("tr[data-pk]", place)[0]?.setAttribute("tabindex", "0");
  document.dispatchEvent(new CustomEvent("desk:drawn", { detail: { drawn } }));
}

function rowHeight() {
  return $("tr[data-pk]:not(.editing)", place)?.offsetHeight || 34;
}

// ── the table anew ──────────────────────────────────────────────────────────────────────────────
function blocksInView() {
  const view = pane().getBoundingClientRect();
  const near = view.height;
  return $$("tbody[data-block]", place).filter((body) => {
    const { top, bottom } = body.getBoundingClientRect();
    return bottom > view.top - near / 2 && top < view.bottom + near / 2;
  }).map((body) => body.dataset.block).slice(0, 4);
}

function tableQuery() {
  const query = new URLSearchParams(new FormData($("#filters")));
  query.set("blocks", blocksInView().join(","));
  return query;
}

// One at a time; what happens meanwhile asks for another one.
let drawing = false;
let again = null;

async function redraw(focus) {
  if (!place) return redrawLanes();
  if (drawing) {
    again = { focus };
    return;
  }
  drawing = true;
  const scrolled = pane().scrollTop;
  const held = document.activeElement?.closest?.("tr[data-pk]");
  const focused = held && place.contains(held) ? held.dataset.pk : "";
  const query = tableQuery();
  if (focus) query.set("focus", focus);
  await htmx.ajax("GET", `${place.dataset.table}?${query}`, { target: place, swap: "innerHTML" });
  drawing = false;
  keepEditing(scrolled);
  const wanted = focus && !editing() && !within(inspector) && rowOf(focus);
  if (wanted) focusRow(wanted);
  else if (focused && document.activeElement === document.body) focusRow(rowOf(focused));
  if (again) {
    const next = again;
    again = null;
    redraw(next.focus);
  }
}

const within = (element) => Boolean(element?.contains(document.activeElement));
const editing = () => place && $("tr.editing", place);

let written = null;  // the row that is written in, while the table around it is drawn anew

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target !== place) return;
  const row = editing();
  if (!row) return;
  written = { row, focus: row.contains(document.activeElement) ? document.activeElement : null };
});

function keepEditing(scrolled) {
  if (written) {
    const fresh = rowOf(written.row.dataset.pk);
    if (fresh) {
      reverted = fresh;
      fresh.replaceWith(written.row);
    }
    written.focus?.focus({ preventScroll: true });
    written = null;
  }
  pane().scrollTop = scrolled;
  markRows();
  renewInspector();
}

// The open inject goes on being true, but not under the hands of somebody who writes in it: who
// saves an older version is shown both.
function renewInspector() {
  const seen = $("input[name=revision]", inspector)?.value;
  const now = opened && rowOf(opened)?.dataset.revision;
  if (now && seen && now !== seen && !unsaved() && !$(".both", inspector)) open(opened);
}

function redrawLanes() {
  if (!$("#lanes")) return;
  htmx.ajax("GET", location.href, { target: "#lanes", select: "#lanes", swap: "outerHTML" });
}

// The check is done: its marks go into the rows that are there, which somebody may be at work in.
document.body.addEventListener("desk:checked", async (event) => {
  const revision = String(event.detail?.revision);
  if (!place || $(".msel-rows", place)?.dataset.checked === revision) return;
  const drawn = $$("tbody[data-block]:not(.gap)", place).map((body) => body.dataset.block);
  let checked = "";
  for (let at = 0; at < drawn.length; at += 4) {
    const fresh = await tableOf(drawn.slice(at, at + 4));
    if (!fresh) return;
    for (const row of $$("tr[data-pk]", fresh)) mark(row);
    checked = $(".msel-rows", fresh)?.dataset.checked || "";
  }
  const table = $(".msel-rows", place);
  if (table) table.dataset.checked = checked;
});

async function tableOf(blocks) {
  const query = tableQuery();
  query.set("blocks", blocks.join(","));
  const headers = { "HX-Request": "true" };
  const answer = await fetch(`${place.dataset.table}?${query}`, { headers }).catch(() => null);
  return answer?.ok ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
}

function mark(row) {
  const here = rowOf(row.dataset.pk);
  const title = here && $(".c-title", here);
  if (!title) return;
  $(".found", title)?.remove();
  title.prepend(...$$(".found", row));
}

document.body.addEventListener("desk:changed", (event) => {
  // Saved: it is a row like any other again.
  const saved = editing();
  if (event.detail?.focus && saved?.dataset.pk === String(event.detail.focus)) {
    saved.classList.remove("editing");
    reverted = null;
  }
  redraw(event.detail?.focus);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const { target } = event.detail;
  if (target?.id?.startsWith("block-")) markRows(document.getElementById(target.id) || place);
  else if (target === place || place?.contains(target)) markRows();
  // A question may be asked again where something changed meanwhile.
  if (target?.id === "sure-in" && !$("#sure").open) $("#sure").showModal();
  if (target?.classList?.contains("insp-place")) shown(target);
  if (target?.id?.startsWith("slot-")) {
    const field = document.getElementById(target.id.replace("slot-", "f-"));
    if ($(".err", target)) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
  }
});

// ── the inspector ───────────────────────────────────────────────────────────────────────────────
function open(pk) {
  opened = String(pk);
  markRows();
  const address = place.dataset.injects.replace("new/", `${pk}/`);
  return htmx.ajax("GET", address, { target: inspector, swap: "innerHTML" });
}

function shown(where) {
  const pk = $("input[name=inject]", where)?.value || "";
  if (where === inspector) {
    opened = pk;
    markRows();
  }
  const form = $(".insp-form", where);
  if (form) form.dataset.was = wordsOf(form);
}

const wordsOf = (form) => new URLSearchParams(new FormData(form)).toString();

function unsaved() {
  return $$(".insp-form").some((form) => form.dataset.was && form.dataset.was !== wordsOf(form));
}

const kept = inspector?.innerHTML;

function shut() {
  const pk = opened;
  opened = "";
  inspector.innerHTML = kept;
  markRows();
  focusRow(rowOf(pk) || $("tr[tabindex='0']", place));
}

async function add() {
  const beside = rowAt(document.activeElement)?.dataset.number || "";
  const address = `${place.dataset.injects}?${new URLSearchParams({ beside })}`;
  await htmx.ajax("GET", address, { target: inspector, swap: "innerHTML" });
  $("#f-title_vi")?.focus();
}

// ── a row that is written in ────────────────────────────────────────────────────────────────────
async function edit(row) {
  if (editing()) revert();
  const was = row;
  const address = place.dataset.injects.replace("new/", `${row.dataset.pk}/row/`);
  await htmx.ajax("GET", address, { target: row, swap: "outerHTML" });
  reverted = was;
  const fresh = editing();
  $("input:not([type=hidden], [type=checkbox])", fresh)?.focus();
}

function revert() {
  const row = editing();
  if (!row) return;
  if (reverted) {
    row.replaceWith(reverted);
    htmx.process(reverted);
    markRows();
    focusRow(reverted);
  }
  reverted = null;
}

// ── commands ────────────────────────────────────────────────────────────────────────────────────
function act(name, values) {
  const address = place.dataset.do.replace("/act/", `/${name}/`);
  return htmx.ajax("POST", address, { values, source: place, target: place, swap: "none" });
}

// ── keys ────────────────────────────────────────────────────────────────────────────────────────
const typing = (target) =>
  Boolean(target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select"));
const lettersOff = () => localStorage.getItem("keys") === "off";

const IN_ROW = {
  ArrowDown: (row, event) => step(row, 1, event.shiftKey),
  ArrowUp: (row, event) => step(row, -1, event.shiftKey),
  ArrowRight: (row) => open(row.dataset.pk),
  Home: () => focusRow($$("tr[data-pk]", place)[0]),
  End: () => focusRow($$("tr[data-pk]", place).at(-1)),
  PageDown: (row) => byPage(row, 1),
  PageUp: (row) => byPage(row, -1),
  Enter: (row) => draft ? edit(row) : open(row.dataset.pk),
};

async function step(row, by, reaches) {
  const next = await neighbour(row, by);
  focusRow(next);
  if (next && reaches) {
    document.dispatchEvent(new CustomEvent("desk:reached", { detail: { from: row, to: next } }));
  }
}

async function byPage(row, by) {
  const count = Math.max(1, Math.floor(pane().clientHeight / rowHeight()) - 2);
  let at = row;
  for (let n = 0; n < count; n += 1) at = (await neighbour(at, by)) || at;
  focusRow(at);
}

function saveKey() {
  const row = editing();
  const whole = $(".insp-form");
  const form = (row && row.contains(document.activeElement)) || !whole ? $("#row-form") : whole;
  form?.requestSubmit();
  return Boolean(form);
}

function withControl(event) {
  const key = event.key.toLowerCase();
  if (key === "s") {
    // The browser's own "save page" is never meant beside the table.
    if (saveKey() || place) event.preventDefault();
    return true;
  }
  // While somebody types, these belong to the field.
  if (typing(event.target) || !draft) return false;
  if (key === "z" || key === "y") {
    event.preventDefault();
    act(event.shiftKey || key === "y" ? "redo" : "undo", {});
    return true;
  }
  return false;
}

document.addEventListener("keydown", (event) => {
  if ($("dialog[open]")) return;
  if (event.ctrlKey || event.metaKey) {
    withControl(event);
    return;
  }
  if (!place) return;
  const row = place.contains(event.target) ? rowAt(event.target) : null;
  if (row?.classList.contains("editing")) {
    if (event.key === "Escape") revert();
    if (event.key === "Enter" && event.target.nodeName === "SELECT") $("#row-form").requestSubmit();
    if (event.key === "Escape") event.preventDefault();
    event.stopPropagation();
    return;
  }
  if (typing(event.target)) {
    if (event.key !== "Escape") return;
    if (event.target.id === "q") focusRow($("tr[tabindex='0']", place));
    else if (within(inspector) && !unsaved()) shut();
    return;
  }
  if (event.altKey) {
    const names = { ArrowUp: "earlier", ArrowDown: "later" };
    if (!row || !draft || !names[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    act(names[event.key], { rows: `${row.dataset.pk}:${row.dataset.revision}` });
    return;
  }
  if (row && event.target === row && IN_ROW[event.key]) {
    event.preventDefault();
    event.stopPropagation();
    IN_ROW[event.key](row, event);
    return;
  }
  if (event.key === "ArrowDown" && event.target === document.body) {
    event.preventDefault();
    event.stopPropagation();
    focusRow($("tr[tabindex='0']", place));
    return;
  }
  if (event.key === "Escape" && within(inspector) && !unsaved()) {
    shut();
    return;
  }
  if (lettersOff()) return;
  if (event.key === "/") {
    event.preventDefault();
    $("#q").focus();
  }
  if (event.key.toLowerCase() === "n" && draft) {
    event.preventDefault();
    add();
  }
}, { capture: true });

// ── the pointer ─────────────────────────────────────────────────────────────────────────────────
document.addEventListener("click", (event) => {
  const drawer = event.target.closest("dialog [data-shut]")?.closest("dialog");
  if (drawer) {
    event.preventDefault();
    drawer.close();
    return;
  }
  if (!place || event.ctrlKey || event.metaKey || event.shiftKey) return;
  if (event.target.closest("#new-inject")) {
    event.preventDefault();
    add();
    return;
  }
  if (event.target.closest("[data-revert]")) {
    revert();
    return;
  }
  if (event.target.closest("#inspector [data-shut]")) {
    event.preventDefault();
    shut();
    return;
  }
  const slot = event.target.closest(".hist a[data-row]");
  if (slot) {
    event.preventDefault();
    jump(Number(slot.dataset.row));
    return;
  }
  const row = rowAt(event.target);
  if (!row || row.classList.contains("editing") || event.target.closest(".c-pick")) return;
  event.preventDefault();
  rove(row);
  row.focus({ preventScroll: true });
  open(row.dataset.pk);
});

document.addEventListener("dblclick", (event) => {
  const row = place && rowAt(event.target);
  if (row && draft && !row.classList.contains("editing")) edit(row);
});

document.addEventListener("change", (event) => {
  const many = event.target.closest?.(".many");
  if (many) {
    const values = $$("input:checked", many).map((one) => one.value);
    $("[data-chosen]", many).textContent = values.join(", ") || "–";
  }
});

// To a row by its place in the list: to its block first, which is filled when it comes into view.
async function jump(at) {
  let first = 0;
  for (const body of $$("tbody[data-block]", place)) {
    const count = Number(body.dataset.rows) || body.rows.length;
    if (at < first + count) {
      if (body.classList.contains("gap")) await fill(body);
      focusRow(document.getElementById(body.id).rows[at - first]);
      const view = pane().getBoundingClientRect();
      const head = $("thead", place).offsetHeight + 32;
      pane().scrollTop += document.activeElement.getBoundingClientRect().top - view.top - head;
      return;
    }
    first += count;
  }
}

// The other way to look at the MSEL is asked for with the same filters.
document.addEventListener("click", (event) => {
  const way = event.target.closest?.("a[data-keeps-query]");
  const filters = $("#filters");
  if (!way || !filters) return;
  const query = new URLSearchParams([...new FormData(filters)].filter(([, value]) => value));
  way.href = `${way.getAttribute("href").split("?")[0]}?${query}`;
}, { capture: true });

// On a phone the filters are folded up, and say how many of them are set.
function showFilters(unfolded) {
  const filters = $("#filters");
  filters.classList.toggle("unfolded", unfolded);
  $("[data-unfolds]", filters).setAttribute("aria-expanded", String(unfolded));
}

document.addEventListener("click", (event) => {
  const unfolds = event.target.closest?.("[data-unfolds]");
  if (unfolds) showFilters(unfolds.getAttribute("aria-expanded") !== "true");
});

document.addEventListener("change", (event) => {
  const filters = event.target.closest?.("#filters");
  if (!filters) return;
  const set = $$("select, .from input", filters).filter((one) => one.value.trim()).length;
  $("[data-set]", filters).textContent = set ? `(${set})` : "";
});

addEventListener("beforeunload", (event) => {
  if (editing() || unsaved()) event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (!place && event.target.closest?.("#filters")) event.target.form.requestSubmit();
});

// On a phone the bar of pages is wider than the screen, and wider still when the check has counted.
const page = $(".desk-bar nav [aria-current]");
const bar = page?.parentElement;

function showPage() {
  bar.scrollLeft = page.offsetLeft - bar.offsetLeft - (bar.clientWidth - page.offsetWidth) / 2;
}

if (bar) {
  showPage();
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target?.id === "counts") showPage();
  });
}

if (place) {
  markRows();
  const focus = new URLSearchParams(location.search).get("focus");
  if (focus) focusRow(rowOf(focus));
}
