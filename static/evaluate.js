// An evaluator's findings, beyond HTML and htmx: each is put by on the device before it is sent, with its
// photos and its key, and leaves it only when the server has answered. A lost connection, a lost answer or
// a reload loses none, and the server knows by the key what it has already. Photos that were picked and not
// yet sent are put by as well.

const $ = (selector, root = document) => root.querySelector(selector);

const RETRY_MS = 3000;
const UNREACHABLE = [429, 502, 503, 504];
const SIGNED_OUT = 401;

const list = $("#kept");
const form = $(".find-form");
const words = $("#words").dataset;
// Who else signs in on this device sends none of it in their name.
const sender = list?.dataset.sender;

// ── what is put by ──────────────────────────────────────────────────────────────────────────────
const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

// A page from before this version holds what is stored as it was.
const blocked = (request) => new Promise((resolve, reject) => (request.onblocked = reject));

function openStore() {
  const request = indexedDB.open("evaluation", 2);
  request.onupgradeneeded = ({ oldVersion }) => {
    if (oldVersion < 1) request.result.createObjectStore("findings", { keyPath: "key" });
    request.result.createObjectStore("picked");
  };
  return Promise.race([asked(request), blocked(request)]);
}

// Where a browser keeps nothing, as in some private windows, the form is sent as any other.
const store = list && (await openStore().catch(() => null));

const stored = (name, mode) => store.transaction(name, mode).objectStore(name);
const findings = (mode) => stored("findings", mode);
const keep = (finding) => asked(findings("readwrite").put(finding));
const forget = (key) => asked(findings("readwrite").delete(key));

async function kept() {
  const all = await asked(findings("readonly").getAll());
  return all.filter((one) => one.sender === sender).sort((one, other) => one.since - other.since);
}

// ── photos picked, not yet sent ─────────────────────────────────────────────────────────────────
const pickedKey = () => `${sender} ${form.dataset.draft}`;

async function keepPicked() {
  const photos = [...$("[type=file]", form).files];
  const picked = stored("picked", "readwrite");
  await asked(photos.length ? picked.put(photos, pickedKey()) : picked.delete(pickedKey()));
}

async function showPicked() {
  const photos = await asked(stored("picked", "readonly").get(pickedKey()));
  if (photos && !$("[type=file]", form).files.length) pick(photos);
}

function pick(photos) {
  const picked = new DataTransfer();
  for (const photo of photos) picked.items.add(photo);
  const input = $("[type=file]", form);
  input.files = picked.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

// ── from the form, and back into it ─────────────────────────────────────────────────────────────
// When what was taken back to be mended was noted.
let noted = 0;

async function putBy() {
  const given = [...new FormData(form)];
  const fields = given.filter(([name, value]) => typeof value === "string" && name !== "csrfmiddlewaretoken");
  const photos = given.filter(([, value]) => value instanceof File && value.size);
  const key = form.elements.key.value;
  const path = form.getAttribute("action");
  await keep({ key, sender, path, since: noted || Date.now(), fields, photos, refused: "" });
  noted = 0;
  form.reset();
  send();
}

async function takeBack(finding) {
  for (const [name, value] of finding.fields) {
    if (name !== "key" && name in form.elements) form.elements[name].value = value;
  }
  noted = finding.since;
  pick(finding.photos.map(([, photo]) => photo));
  $("textarea", form).dispatchEvent(new Event("input", { bubbles: true }));
  $("textarea", form).focus();
  await forget(finding.key);
  await show();
}

// ── sending ─────────────────────────────────────────────────────────────────────────────────────
let sending = false;
let again = 0;
let unseen = false;
let signedOut = false;

async function send() {
  if (sending) return;
  sending = true;
  clearTimeout(again);
  let waits = false;
  try {
    await show();
    for (let next = await first(); next && !waits; next = await first()) waits = !(await sendOne(next));
  } finally {
    sending = false;
  }
  await show();
  showFound();
  if (waits && !signedOut) again = setTimeout(send, RETRY_MS);
}

const first = async () => (await kept()).find((one) => !one.refused);

// Whether the server has answered for it, with whatever words.
async function sendOne(finding) {
  const data = new FormData();
  for (const [name, value] of [...finding.fields, ...finding.photos]) data.append(name, value);
  // A length, because this device's clock may be set otherwise than the server's.
  data.append("waited_ms", Math.max(0, Date.now() - finding.since));
  const headers = { "HX-Request": "true", ...JSON.parse(document.body.getAttribute("hx-headers")) };
  let answer;
  let said;
  try {
    answer = await fetch(finding.path, { method: "POST", body: data, headers, redirect: "error" });
    said = await answer.text();
  } catch {
    return false;
  }
  if (UNREACHABLE.includes(answer.status)) return false;
  const sentence = $(".toast span", new DOMParser().parseFromString(said, "text/html"))?.textContent;
  if (answer.ok) {
    if (!sentence) return false;  // a page in between, such as that of a network to sign in to
    await forget(finding.key);
    unseen = true;
  } else if (answer.status !== SIGNED_OUT) {
    await keep({ ...finding, refused: sentence || list.dataset.refused });
    return true;
  }
  signedOut = !answer.ok;
  htmx.swap(document.body, said, { swapStyle: "none" });
  return answer.ok;
}

// What was sent stands among the others.
function showFound() {
  if (!unseen) return;
  unseen = false;
  const place = { target: ".findings", select: ".findings", swap: "outerHTML" };
  if ($(".findings")) htmx.ajax("GET", location.href, place).catch(() => {});
}

// ── what waits is seen ──────────────────────────────────────────────────────────────────────────
async function show() {
  list.replaceChildren(...(await kept()).map(item));
}

function item(finding) {
  const fields = Object.fromEntries(finding.fields);
  const row = document.createElement("li");
  const text = document.createElement("p");
  text.textContent = fields.text;
  const state = document.createElement("p");
  state.className = "sub";
  const photos = finding.photos.map(([, photo]) => photo.name);
  state.textContent = [...photos, finding.refused || words.waits].join(" · ");
  row.append(text, state);
  if (finding.refused && form) {
    const back = document.createElement("button");
    back.type = "button";
    back.className = "btn sm";
    back.textContent = list.dataset.again;
    back.addEventListener("click", () => takeBack(finding));
    row.append(back);
  }
  return row;
}

let room = true;

if (store) {
  // Before htmx hears of it.
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target !== form || !room) return;
      event.preventDefault();
      event.stopPropagation();
      putBy().catch(() => {
        room = false;
        form.requestSubmit();
      });
    },
    { capture: true },
  );
  if (form) {
    const keepThem = () => keepPicked().catch(() => {});  // no room: they are in the form
    form.addEventListener("picked", keepThem);
    form.addEventListener("reset", () => setTimeout(keepThem));  // once they are gone
    showPicked().catch(() => {});
  }
  addEventListener("online", send);
  send();
}
