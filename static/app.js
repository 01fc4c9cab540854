// The little the pages need beyond HTML and htmx: the clock, the stream, dialogs, keys, drafts.
// Nothing here decides anything; the server is right.

const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];
const body = document.body;
const words = $("#words").dataset;
const toasts = $("#toasts");
const SECOND = 1e6, MINUTE = 60 * SECOND, HOUR = 60 * MINUTE;
const two = (number) => String(number).padStart(2, "0");

// ── clock ───────────────────────────────────────────────────────────────────────────────────────
// Server time minus this machine's. The smallest delay seen is the truest measurement.
let offset = 0;
let surest = Infinity;
function learnOffset(serverMs, uncertainMs) {
  if (uncertainMs <= surest) { surest = uncertainMs; offset = serverMs - Date.now(); }
  else surest += 50;  // a clock of this machine that was set is believed again after a while
}

if (body.dataset.now) {
  // The page says when it was drawn: between asking for it and its first byte.
  const way = performance.getEntriesByType("navigation")[0], drawing = way ? (way.responseStart - way.requestStart) / 2 : 0;
  learnOffset(Number(body.dataset.now) + drawing + (way ? performance.now() - way.responseStart : 0), Math.max(drawing, 20));
}

function clock() {
  const data = $("#clock")?.dataset;
  if (!data) return null;
  const now = Date.now() + offset;
  const running = data.running === "1";
  const passed = running ? Math.max(0, now - Number(data.wall)) : 0;
  const position = Number(data.at) + Math.floor(passed * Number(data.rate));  // ms × ‰ = µs
  return { data, now, position, running };
}

function toCalendar(data, position) {
  let calendar = position;
  for (const [place, length] of JSON.parse(data.breaks)) {
    if (position > place || (position === place && data.before !== "1")) calendar += length;
  }
  return calendar;
}

function duration(us) {
  us = Math.abs(us);
  if (us < HOUR) return `${Math.floor(us / MINUTE)}:${two(Math.floor(us / SECOND) % 60)}`;
  const hours = Math.floor(us / HOUR), minutes = Math.floor(us / MINUTE) % 60;
  return `${hours} ${words.hour}` + (minutes ? ` ${minutes} ${words.minute}` : "");
}

function write(element, text) { if (element && element.textContent !== text) element.textContent = text; }

function tick() {
  const state = clock();
  if (!state) return;
  const { data, now, position } = state;
  const calendar = toCalendar(data, position);
  const moment = new Date(Number(data.zero) + Math.floor(calendar / 1000));
  const zeroDay = Math.floor(Number(data.zero) / 864e5);
  const hm = `${two(moment.getUTCHours())}:${two(moment.getUTCMinutes())}`;
  for (const element of $$("[data-clock]")) {
    const kind = element.dataset.clock;
    if (kind === "hm") write(element, hm);
    else if (kind === "s") write(element, `:${two(moment.getUTCSeconds())}`);
    else if (kind === "day") write(element, String(Math.floor(moment.getTime() / 864e5) - zeroDay + 1));
    else if (kind === "date") write(element, `${two(moment.getUTCDate())}/${two(moment.getUTCMonth() + 1)}/${moment.getUTCFullYear()}`);
    else if (kind === "wall" || kind === "wall-hm") {
      const wall = new Date(now + Number(data.offset) * 60000).toISOString();
      write(element, wall.slice(11, kind === "wall" ? 19 : 16));
    }
  }
  for (const element of $$("[data-to]")) write(element, duration(Number(element.dataset.to) - position));
  drawTimeline(calendar, hm);
}

// ── timeline ────────────────────────────────────────────────────────────────────────────────────
let span = sessionStorage.getItem("span") || "7";
function drawTimeline(calendar, hm) {
  const lanes = $("#lanes");
  if (!lanes) return;
  const from = Number(lanes.dataset.from), length = Number(lanes.dataset.length);
  const x = (us) => Math.min(100, Math.max(0, (us - from) / length * 100));
  for (const line of $$(".now-line", lanes)) { const at = `${x(calendar)}%`; line.setAttribute("x1", at); line.setAttribute("x2", at); }
  const mark = $("#now-mark");
  if (mark) { mark.setAttribute("x", `${x(calendar)}%`); write($("text", mark), hm); }
  for (const bar of $$("[data-grow]", lanes)) {
    const [a, b] = bar.dataset.grow.split(" ").map(Number);
    const end = b ? Math.min(b, calendar) : calendar;
    bar.setAttribute("width", `${Math.max(0, x(Math.max(a, end)) - x(a))}%`);
  }
}
function zoomTimeline(scroll = true) {
  const lanes = $("#lanes");
  if (!lanes) return;
  const hours = Number(lanes.dataset.length) / HOUR;
  lanes.style.width = span === "all" ? "100%" : `${Math.max(100, hours / Number(span) * 100)}%`;
  for (const button of $$("[data-span]")) button.setAttribute("aria-pressed", String(button.dataset.span === span));
  if (!scroll) return;
  const state = clock();
  const part = state ? (toCalendar(state.data, state.position) - Number(lanes.dataset.from)) / Number(lanes.dataset.length) : 0;
  const pane = lanes.parentElement;
  pane.scrollLeft = part * lanes.clientWidth - pane.clientWidth * 0.55;
}

// ── stream ──────────────────────────────────────────────────────────────────────────────────────
const STALE_MS = 10000, POLL_MS = 5000;
const stream = { source: null, last: body.dataset.last || "", token: body.dataset.token, heard: Date.now(), open: false, wait: 500, fresh: Date.now() };

function apply(html) {
  const log = $("#log");
  const scrolled = log?.parentElement.scrollTop > 40;
  htmx.swap(body, withoutKnownRows(html), { swapStyle: "none" });
  if (html.includes('id="inbox-list"')) { followTouched(); noteArrivals(); }
  if (scrolled) noteNewRows(); else trimLog();
  announce();
  zoomTimeline(false);
  tick();
}

// After a reconnect an entry may come that the page has: the log must not show it twice.
function withoutKnownRows(html) {
  if (!html.includes('id="entry-')) return html;
  const holder = document.createElement("template");
  holder.innerHTML = html;
  for (const row of $$("li[id^=entry-]", holder.content)) if (document.getElementById(row.id)) row.remove();
  return holder.innerHTML;
}

function heard(event) {
  stream.heard = stream.fresh = Date.now();
  if (event?.lastEventId) stream.last = event.lastEventId;
  showStale(false);
}

function connect() {
  if (!body.dataset.stream) return;
  const query = new URLSearchParams({ t: stream.token, last: stream.last });
  const source = stream.source = new EventSource(`${body.dataset.stream}?${query}`);
  source.addEventListener("open", () => { stream.open = true; stream.wait = 500; showLive(); });
  source.addEventListener("frame", (event) => { heard(event); apply(event.data); });
  source.addEventListener("beat", (event) => {
    stream.beatMs = Date.now();
    learnOffset(Number(event.data), 200);
    heard(event);
    showLive();
  });
  source.addEventListener("resync", (event) => { heard(event); refresh(); });
  source.addEventListener("close", () => { source.close(); location.reload(); });
  source.addEventListener("error", () => {
    // The browser would go on with the old token and the old id: connect anew instead.
    source.close();
    stream.open = false;
    showLive();
    setTimeout(connect, stream.wait * (0.5 + Math.random()));
    stream.wait = Math.min(stream.wait * 2, 5000);
  });
}

async function refresh() {
  const began = Date.now();
  try {
    const answer = await fetch(body.dataset.refresh, { headers: { "HX-Request": "true" }, redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 403 || answer.status === 404) { location.reload(); return; }
    if (!answer.ok) return;
    const html = await answer.text();
    stream.token = answer.headers.get("Live-Token") || stream.token;
    stream.last = answer.headers.get("Live-Last") ?? stream.last;
    const serverMs = Number(answer.headers.get("Live-Now"));
    if (serverMs) learnOffset(serverMs + (Date.now() - began) / 2, (Date.now() - began) / 2);
    stream.fresh = Date.now();
    showStale(false);
    apply(html);
  } catch { /* the next round tries again */ }
}

function watch() {
  if (!body.dataset.stream) return;
  const silent = Date.now() - stream.heard > STALE_MS;
  if ((silent || !stream.open) && Date.now() - stream.fresh > POLL_MS - 500) refresh();
  showStale(Date.now() - stream.fresh > STALE_MS);
  if (silent && stream.open) { stream.source.close(); stream.open = false; stream.heard = Date.now(); connect(); }
  showLive();
}

function showStale(stale) {
  const banner = $("#stale");
  if (banner.hidden === !stale) return;
  banner.hidden = !stale;
  body.classList.toggle("is-stale", stale);
  const wall = new Date(stream.fresh);
  write($("#stale-since"), stale ? `${words.since} ${two(wall.getHours())}:${two(wall.getMinutes())}:${two(wall.getSeconds())}.` : "");
}

function showLive() {
  const state = $("#live-state");
  if (!state) return;
  const stale = !$("#stale").hidden;
  state.dataset.st = stale ? "late" : stream.open ? "done" : "due";
  write($("span", state), stale ? words.lost : stream.open ? words.live : words.polling);
}

let announced = 0;
function announce() {
  // At most one spoken message in five seconds, however much happens.
  if (Date.now() - announced < 5000) return;
  const row = $("#log li"), say = $("#say");
  if (row && say) { say.textContent = $("div", row).textContent; announced = Date.now(); }
}
function trimLog() { for (const row of $$("#log > li").slice(60)) row.remove(); }
function noteNewRows() {
  const button = $("#log-new");
  if (!button) return;
  button.hidden = false;
  button.dataset.count = String(Number(button.dataset.count || 0) + 1);
  button.textContent = `${button.dataset.count} ${words.new}`;
}

// ── dialogs, drawers, toasts ────────────────────────────────────────────────────────────────────
function openDialog(dialog) {
  if (!dialog || dialog.open) return;
  const from = document.activeElement?.id;
  dialog.showModal();
  $("input:not([type=hidden]), textarea, select", dialog)?.focus();
  // What opened it may have been drawn anew meanwhile; the browser gives the focus back to the old one.
  dialog.addEventListener("close", () => { placeToasts(); if (from && document.activeElement === body) document.getElementById(from)?.focus(); }, { once: true });
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) {
    event.preventDefault();
    const dialog = document.getElementById(opener.dataset.dialog), leaving = $("[name=leaving]", dialog);
    if (leaving) leaving.value = opener.dataset.leaving;  // the phase that was decided about, not the newest
    openDialog(dialog);
    return;
  }
  const closer = event.target.closest("[data-close]");
  if (closer) {
    event.preventDefault();
    const dialog = closer.closest("dialog");
    if (dialog) dialog.close(); else closer.closest(".toast")?.remove();
    return;
  }
  // One listener for thousands of bars: an attribute on each would make the page too heavy.
  const bar = event.target.closest("#lanes a[href]");
  if (bar && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); htmx.ajax("GET", bar.getAttribute("href"), { target: "#drawer-in" }); return; }
  const spanButton = event.target.closest("[data-span]");
  if (spanButton) { span = spanButton.dataset.span; sessionStorage.setItem("span", span); zoomTimeline(); return; }
  const theme = event.target.closest("[data-theme-switch]");
  if (theme) { setTheme(document.documentElement.dataset.theme === "dark" ? "light" : "dark"); return; }
  const fullscreen = event.target.closest("[data-fullscreen]");
  if (fullscreen) { document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen(); return; }
  if (event.target.closest("[data-print]")) { window.print(); return; }
  const copy = event.target.closest("[data-copy]");
  if (copy) { navigator.clipboard?.writeText(copy.dataset.copy); return; }
  const newRows = event.target.closest("#log-new");
  if (newRows) { newRows.hidden = true; newRows.dataset.count = "0"; $("#log").parentElement.scrollTop = 0; trimLog(); return; }
  if (event.target.nodeName === "DIALOG") event.target.close();  // a click beside it
});

function setTheme(theme) { document.documentElement.dataset.theme = theme; localStorage.setItem("theme", theme); }
if (!document.documentElement.dataset.theme && localStorage.getItem("theme")) setTheme(localStorage.getItem("theme"));

// The stream is often faster than the answer and has drawn the sender anew; the answer still counts.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target !== body || event.detail.requestConfig.elt.isConnected) return;  // a drawer is filled all the same
  event.detail.shouldSwap = false;
  if (event.detail.xhr.status !== 204) htmx.swap(body, event.detail.serverResponse, { swapStyle: "none" });
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "drawer-in") openDialog($("#drawer"));
});
const senderOf = (element) => element.nodeName === "BUTTON" ? element : element.nodeName === "FORM" ? $("button:not([type=button])", element) : null;
document.addEventListener("htmx:beforeRequest", (event) => {
  const button = event.detail.requestConfig?.triggeringEvent?.submitter || senderOf(event.detail.elt);
  if (!button) return;
  button.style.minWidth = `${button.offsetWidth}px`;
  button.setAttribute("aria-busy", "true");
  event.detail.elt.busyButton = button;
});
document.addEventListener("htmx:afterRequest", (event) => {
  const element = event.detail.elt, form = element.closest("form");
  element.busyButton?.removeAttribute("aria-busy");
  if (!form) return;
  const status = event.detail.xhr?.status;
  if (!status) toast(words.offline);
  if (!status || status >= 400) return;  // refused: what was written stays
  if ("closes" in form.dataset) form.closest("dialog")?.close();
  if ("clears" in element.dataset) { form.reset(); forgetDraft(form); }
  if (form.dataset.reloads && $("#drawer")?.open) htmx.ajax("GET", form.dataset.reloads, { target: "#drawer-in" });
  const open = form.closest("[data-follow]");
  if (open) follow(open);
  if (!stream.open) refresh();
});
function follow(open) { htmx.ajax("GET", open.dataset.follow, { target: open, swap: "none" }); }
function followTouched() {
  const touched = $("#inbox-list")?.dataset.touched;
  for (const open of $$("[data-follow]")) if (touched === "*" || touched?.split(" ").includes(open.dataset.number)) follow(open);
}
const seenRows = new Set($$(".row.unread").map((row) => row.id));
const plainTitle = document.title;
function noteArrivals() {
  const unread = $$(".row.unread");
  if (unread.some((row) => !seenRows.has(row.id))) navigator.vibrate?.(200);
  for (const row of unread) seenRows.add(row.id);
  if ($("#inbox-list")) document.title = unread.length ? `(${unread.length}) ${plainTitle}` : plainTitle;
}
function toast(sentence) {
  const box = document.createElement("div");
  box.className = "toast"; box.setAttribute("role", "alert"); box.textContent = sentence;
  toasts.replaceChildren(box);
}
// Beside an open dialog nothing can be read or pressed: what is said goes into it.
function placeToasts() {
  const place = $("dialog[open]") || body;
  if (toasts.parentElement !== place) place.append(toasts);
}
new MutationObserver(() => {
  placeToasts();
  const shown = $$("#toasts > .toast");
  for (const old of shown.slice(0, -1)) old.remove();
  const last = shown.at(-1);
  if (last && "passes" in last.dataset && !last.dataset.timed) { last.dataset.timed = "1"; setTimeout(() => last.remove(), 8000); }
}).observe(toasts, { childList: true });

// ── drafts and photos ───────────────────────────────────────────────────────────────────────────
const draftKey = (form) => `draft:${form.dataset.draft}`;
function forgetDraft(form) { if (form.dataset.draft) localStorage.removeItem(draftKey(form)); for (const list of $$(".picked", form)) list.replaceChildren(); }
function restoreDrafts(root = document) {
  for (const form of $$("form[data-draft]", root)) {
    const kept = localStorage.getItem(draftKey(form)), area = $("textarea", form);
    if (kept && area && !area.value) area.value = kept;
  }
}
document.addEventListener("input", (event) => {
  const form = event.target.closest("form[data-draft]");
  if (form && event.target.nodeName === "TEXTAREA") localStorage.setItem(draftKey(form), event.target.value);
});
document.addEventListener("change", async (event) => {
  const input = event.target;
  if (input.type !== "file") return;
  const shrunk = new DataTransfer();
  for (const file of input.files) shrunk.items.add(await shrink(file));
  input.files = shrunk.files;
  const list = $(".picked", input.form);
  if (list) list.replaceChildren(...[...input.files].map((file) => {
    const item = document.createElement("li");
    item.textContent = `${file.name} · ${Math.max(1, Math.round(file.size / 1024))} KB`;
    return item;
  }));
});
async function shrink(file) {
  if (!/^image\/(jpeg|png|webp)$/.test(file.type) || file.size < 400000) return file;
  try {
    const image = await createImageBitmap(file);
    const scale = Math.min(1, 1600 / Math.max(image.width, image.height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.round(image.width * scale); canvas.height = Math.round(image.height * scale);
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", 0.85));
    return blob && blob.size < file.size ? new File([blob], file.name.replace(/\.\w+$/, ".jpg"), { type: "image/jpeg" }) : file;
  } catch { return file; }
}

// ── keys ────────────────────────────────────────────────────────────────────────────────────────
const typing = (target) => target.closest?.("input, textarea, select, [contenteditable]") || document.querySelector("dialog[open]");
document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && event.ctrlKey) { event.target.closest("form")?.requestSubmit(); return; }
  if (typing(event.target) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.startsWith("Arrow")) { moveFocus(event); return; }
  if (localStorage.getItem("keys") === "off" && event.key.length === 1 && event.key !== "?") return;
  if (event.key === " " && event.target.closest("button, a, summary")) return;
  const name = event.key === " " ? "space" : event.shiftKey && /^[a-z]$/i.test(event.key) ? `shift+${event.key.toLowerCase()}` : event.key.toLowerCase();
  const near = event.target.closest?.("[data-item]");
  const target = (near && $(`[data-key="${name}"]`, near)) || $(`[data-key="${name}"]`);
  if (!target) return;
  event.preventDefault();
  if (["INPUT", "TEXTAREA"].includes(target.nodeName) || target.dataset.keyFocus !== undefined) target.focus();
  else target.click();
});
function moveFocus(event) {
  const group = event.target.closest?.("[data-arrows]");
  const items = $$("[data-item]", group || $("[data-arrows]") || document).map((item) => item.matches("a, button") ? item : $("a, button", item)).filter(Boolean);
  if (!items.length) return;
  const at = items.findIndex((item) => item === document.activeElement || item.closest("[data-item]") === document.activeElement.closest?.("[data-item]"));
  const columns = group?.dataset.arrows === "grid" ? getComputedStyle(group).gridTemplateColumns.split(" ").length : 1;
  const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
  if (!step || (at < 0 && !group && event.key !== "ArrowDown")) return;
  event.preventDefault();
  items[Math.min(items.length - 1, Math.max(0, at < 0 ? 0 : at + step))].focus();
}
const keysSwitch = $("#keys-on");
if (keysSwitch) {
  keysSwitch.checked = localStorage.getItem("keys") !== "off";
  keysSwitch.addEventListener("change", () => localStorage.setItem("keys", keysSwitch.checked ? "on" : "off"));
}
const filter = $("[data-filters]");
filter?.addEventListener("input", () => {
  const wanted = plain(filter.value);
  for (const item of $$(filter.dataset.filters)) item.hidden = !plain(item.textContent).includes(wanted);
});
function plain(text) { return text.normalize("NFD").replace(/[\u0300-\u036f]/g, "").replace(/đ/gi, "d").toLowerCase(); }

restoreDrafts();
connect();
zoomTimeline();
tick();
setInterval(tick, 200);
setInterval(watch, 1000);
