// Drafts: what an officer types into a form that writes stays in this browser until it is written.
// Sealed with a key that only pages of this officer have; docs/decisions/0120 says what is kept and for how long.
"use strict";

(() => {
  const PREFIX = "field178-draft:";
  const COOKIE = "field178_draft_";
  const DAY_MS = 24 * 3600 * 1000;
  const NEVER_KEPT =
    "[type='password'], [type='hidden'], [type='file'], [type='submit'], [type='button'], [type='reset']," +
    "[autocomplete='one-time-code'], [hidden], [disabled], [data-not-kept]";
  // Hidden values that say where a form stands, not what it was made of.
  const OF_THE_PAGE = ["csrf_token", "form_page", "draft_id", "view", "back", "next"];
  const { officer, draftKey, draftDays } = document.body.dataset;

  // --- fields ------------------------------------------------------------------------------------

  const isTicked = (field) => field.type === "checkbox" || field.type === "radio";
  const isKept = (field) => field.name && field.matches("input, textarea, select") && !field.matches(NEVER_KEPT);
  const valueOf = (field) => (isTicked(field) ? field.checked : field.value);

  function defaultOf(field) {
    if (isTicked(field)) return field.defaultChecked;
    if (!field.options) return field.defaultValue;
    return (Array.from(field.options).find((option) => option.defaultSelected) || field.options[0])?.value ?? "";
  }

  function setValue(field, value) {
    if (isTicked(field)) field.checked = value;
    else field.value = value;
  }

  const canHold = (field, value) =>
    !field.options || Array.from(field.options).some((option) => option.value === value);

  function textOf(field, value) {
    if (isTicked(field)) return "";
    if (!field.options) return value;
    return Array.from(field.options).find((option) => option.value === value)?.textContent.trim() ?? value;
  }

  // The label without "(required)".
  function labelOf(field) {
    const label = field.labels?.[0]?.cloneNode(true);
    label?.querySelectorAll(".hint").forEach((hint) => hint.remove());
    return (field.getAttribute("aria-label") || label?.textContent || field.name).replace(/\s+/g, " ").trim();
  }

  // Fields of one form by their keys: the name with the value of a box, or with the place among those of one name.
  function fieldsOf(form) {
    const [fields, counts] = [new Map(), {}];
    Array.from(form.elements)
      .filter(isKept)
      .forEach((field) => {
        const mark = isTicked(field) ? `=${field.value}` : (counts[field.name] = (counts[field.name] ?? 0) + 1);
        fields.set(`${field.name} ${mark}`, field);
      });
    return fields;
  }

  // What the form was made of besides its fields: the revisions it has seen.
  const basisOf = (form) =>
    Array.from(form.elements)
      .filter((field) => field.type === "hidden" && !OF_THE_PAGE.includes(field.name))
      .map((field) => `${field.name}=${field.value}`)
      .join("&");

  // --- drafts, by the form that they are of --------------------------------------------------------

  const drafts = new Map();
  const writes = (form) => form?.getAttribute("method") === "post";
  const isAnswer = (form) => form.querySelector("[name='form_page'][data-answer]") !== null;

  function addressOf(form) {
    const carried = form.querySelector("[name='draft_id']")?.value;
    const draft = Array.from(drafts.values()).find((other) => other.id === carried);
    if (draft) return draft.address;
    if (form.dataset.draft) return form.dataset.draft;
    const action = form.getAttribute("action");
    const alike = Array.from(document.forms).filter((other) => other.getAttribute("action") === action);
    const page = form.querySelector("[name='form_page']")?.value || location.pathname + location.search;
    return `${page} ${action} ${alike.indexOf(form)}`;
  }

  const draftOf = (form) => drafts.get(addressOf(form));

  // --- storage -----------------------------------------------------------------------------------

  const toText = (bytes) => btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
  const toBytes = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const envelopes = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  let key = null;
  let canKeep = true;

  function readEnvelope(name) {
    try {
      return JSON.parse(localStorage.getItem(name));
    } catch {
      return null;
    }
  }

  // The mark stands outside the seal: it is set while the page already leaves.
  function markSent(id, sentAt) {
    const envelope = readEnvelope(PREFIX + id);
    if (envelope) localStorage.setItem(PREFIX + id, JSON.stringify({ ...envelope, sentAt }));
  }

  // The server has told by a cookie what became of a form; one without an answer keeps its mark.
  function settleAnswers() {
    document.cookie.split("; ").forEach((pair) => {
      const [name, outcome] = pair.split("=");
      if (!name.startsWith(COOKIE)) return;
      const id = name.slice(COOKIE.length);
      if (outcome === "written") localStorage.removeItem(PREFIX + id);
      else markSent(id, null);
      document.cookie = `${name}=; path=/; max-age=0`;
    });
  }

  function dropOld() {
    const oldest = Date.now() - Number(draftDays) * DAY_MS;
    envelopes()
      .filter((name) => !(readEnvelope(name)?.typedAt > oldest))
      .forEach((name) => localStorage.removeItem(name));
  }

  async function unseal(name) {
    const envelope = readEnvelope(name);
    if (envelope.officer !== officer) return;
    try {
      const sealed = { name: "AES-GCM", iv: toBytes(envelope.iv) };
      const bytes = await crypto.subtle.decrypt(sealed, key, toBytes(envelope.sealed));
      const draft = JSON.parse(new TextDecoder().decode(bytes));
      draft.sentAt = envelope.sentAt;
      // Two windows may have begun the same form: the later text is shown first.
      if (!(drafts.get(draft.address)?.typedAt > draft.typedAt)) drafts.set(draft.address, draft);
    } catch {
      localStorage.removeItem(name); // the server has other keys now: nobody can read it any more
    }
  }

  async function load() {
    settleAnswers();
    if (!officer) return;
    dropOld();
    canKeep = Boolean(window.crypto.subtle);
    if (!canKeep) return;
    key = await crypto.subtle.importKey("raw", toBytes(draftKey), "AES-GCM", false, ["encrypt", "decrypt"]);
    await Promise.all(envelopes().map(unseal));
  }

  let lastWrite = Promise.resolve();
  let pending = 0;

  async function write(draft) {
    if (drafts.get(draft.address) !== draft) return;
    const iv = crypto.getRandomValues(new Uint8Array(12));
    const bytes = new TextEncoder().encode(JSON.stringify(draft));
    const sealed = toText(await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes));
    const envelope = { officer, typedAt: draft.typedAt, sentAt: null, iv: toText(iv), sealed };
    if (drafts.get(draft.address) === draft) localStorage.setItem(PREFIX + draft.id, JSON.stringify(envelope));
  }

  function forget(draft) {
    drafts.delete(draft.address);
    localStorage.removeItem(PREFIX + draft.id);
  }

  // --- keeping -----------------------------------------------------------------------------------

  const begun = (form) => ({ id: crypto.randomUUID(), address: addressOf(form), basis: basisOf(form), entries: [] });

  function save(form) {
    const draft = draftOf(form) || begun(form);
    const entries = new Map(draft.entries.map((entry) => [entry.key, entry]));
    fieldsOf(form).forEach((field, key) => {
      const value = valueOf(field);
      const base = entries.get(key)?.base ?? defaultOf(field);
      // An answer to a form has what was typed as its default; what it was typed over is known from before.
      if (value === (isAnswer(form) ? base : defaultOf(field))) entries.delete(key);
      else entries.set(key, { key, base, value, label: labelOf(field), text: textOf(field, value) });
    });
    draft.entries = Array.from(entries.values());
    draft.typedAt = Date.now();
    if (draft.entries.length === 0) forget(draft);
    else {
      drafts.set(draft.address, draft);
      pending += 1;
      lastWrite = lastWrite
        .then(() => write(draft))
        .catch(() => (canKeep = false))
        .finally(() => (pending -= 1));
    }
  }

  // --- showing -----------------------------------------------------------------------------------

  const format = (parts) => new Intl.DateTimeFormat("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", ...parts });
  const days = format({ day: "2-digit", month: "2-digit", year: "numeric" });
  const times = format({ hour: "2-digit", minute: "2-digit" });
  const instantOf = (typedAt) => `${days.format(typedAt)} ${times.format(typedAt)}`; // as the server writes it

  // Put the text of one entry back; return "kept", "changed" for one that others changed, null for nothing done.
  function place(field, entry, isRefused) {
    const now = defaultOf(field);
    if (valueOf(field) !== now || now === entry.value || (isRefused && now !== entry.base)) return null;
    setValue(field, entry.value);
    field.classList.add("is-restored");
    const folded = field.closest("details");
    if (folded) folded.open = true;
    return now === entry.base ? "kept" : "changed";
  }

  function restore(form) {
    const draft = draftOf(form);
    if (!draft || form.dataset.restored === draft.id) return;
    const [fields, isRefused, changed, unplaced] = [fieldsOf(form), isAnswer(form), [], []];
    let count = 0;
    draft.entries.forEach((entry) => {
      const field = fields.get(entry.key);
      if (!field || !canHold(field, entry.value)) {
        unplaced.push(entry);
        return;
      }
      const outcome = place(field, entry, isRefused);
      if (outcome) count += 1;
      if (outcome === "changed" && !isTicked(field)) changed.push([entry.label, textOf(field, defaultOf(field))]);
    });
    form.dataset.restored = draft.id;
    if (isRefused && count === 0) return;
    if (count + unplaced.length === 0) forget(draft);
    else showNotice(form, draft, { changed, unplaced: isRefused ? [] : unplaced });
  }

  const fill = (line, values) => {
    line.textContent = Object.entries(values).reduce(
      (text, [name, value]) => text.replace(`{${name}}`, value),
      line.textContent,
    );
    line.hidden = false;
  };

  function list(place, texts) {
    place.replaceChildren(
      ...texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })),
    );
    place.hidden = texts.length === 0;
  }

  function showNotice(form, draft, { changed, unplaced }) {
    const notice = document.getElementById("draft-notice").content.firstElementChild.cloneNode(true);
    const part = (name) => notice.querySelector(`[data-${name}]`);
    fill(part("typed-at"), { time: instantOf(draft.typedAt) });
    if (draft.sentAt) fill(part("sent-at"), { time: instantOf(draft.sentAt) });
    part("changed").hidden = changed.length === 0 && (isAnswer(form) || basisOf(form) === draft.basis);
    const sentence = part("now").dataset.now;
    list(part("now"), changed.map(([field, value]) => sentence.replace("{field}", field).replace("{value}", value)));
    list(part("texts"), unplaced.map((entry) => [entry.label, entry.text].filter(Boolean).join(": ")));
    part("unplaced").hidden = unplaced.length === 0;
    part("drops").addEventListener("click", () => drop(form, draft, notice));
    if (form.offsetHeight === 0) form.before(notice);
    else form.prepend(notice);
  }

  function drop(form, draft, notice) {
    const fields = fieldsOf(form);
    draft.entries.forEach((entry) => {
      const field = fields.get(entry.key);
      if (!field) return;
      setValue(field, defaultOf(field));
      field.classList.remove("is-restored");
    });
    forget(draft);
    notice.remove();
    Array.from(fields.values()).find((field) => field.checkVisibility())?.focus();
    document.dispatchEvent(new Event("drafts"));
  }

  function restoreAll() {
    Array.from(document.forms).filter(writes).forEach(restore);
    document.documentElement.dataset.draftsShown = "yes";
    document.dispatchEvent(new Event("drafts"));
  }

  // --- all of them, on the officer's own page ------------------------------------------------------

  function showCount() {
    const place = document.querySelector("[data-drafts]");
    if (!place || !officer) return;
    const count = place.querySelector("[data-drafts-count]");
    const sentence = count.dataset.sentence ?? (count.dataset.sentence = count.textContent);
    count.textContent = sentence.replace("{count}", drafts.size);
    place.querySelector("[data-drops-all]").hidden = drafts.size === 0;
    place.hidden = false;
  }

  function dropAll() {
    envelopes()
      .filter((name) => readEnvelope(name)?.officer === officer)
      .forEach((name) => localStorage.removeItem(name));
    drafts.clear();
    document.dispatchEvent(new Event("drafts"));
  }

  // --- wiring ------------------------------------------------------------------------------------

  const ready = load().then(restoreAll);

  function onTyped(event) {
    const form = event.target.form ?? null;
    if (officer && canKeep && writes(form) && isKept(event.target)) ready.then(() => key && save(form));
  }

  function onSubmit(event) {
    const form = event.target;
    const draft = writes(form) && draftOf(form);
    if (!draft) return;
    let field = form.querySelector("[name='draft_id']");
    if (!field) {
      field = Object.assign(document.createElement("input"), { type: "hidden", name: "draft_id" });
      form.prepend(field);
    }
    field.value = draft.id;
    if (!event.defaultPrevented) lastWrite.then(() => markSent(draft.id, Date.now()));
  }

  document.addEventListener("drafts", showCount);
  document.querySelector("[data-drops-all]")?.addEventListener("click", dropAll);
  // At the window, after the listeners of the page: they choose what a typed value stands for, or hold a form back.
  window.addEventListener("input", onTyped);
  window.addEventListener("change", onTyped);
  window.addEventListener("submit", onSubmit);
  document.addEventListener("htmx:afterSettle", () => ready.then(restoreAll));
  window.addEventListener("storage", (event) => {
    if (!event.key?.startsWith(PREFIX) || event.newValue !== null) return;
    const draft = Array.from(drafts.values()).find((other) => PREFIX + other.id === event.key);
    if (draft) drafts.delete(draft.address);
  });

  window.drafts = {
    isHeld: (form) => draftOf(form) !== undefined,
    isStored: () => pending === 0,
    isNamedHeld: (address) => drafts.has(address),
    canKeep: () => canKeep,
    isTyped: () => Array.from(document.forms).some((form) => writes(form) && draftOf(form) !== undefined),
  };
})();
