// Keys, small conveniences and focus. Every page works without this file.
"use strict";

(() => {
  const byId = (id) => document.getElementById(id);
  const split = () => document.querySelector("[data-keys='review']");
  const isTyping = (target) => target.closest("input, textarea, select, [contenteditable]") !== null;

  // --- moving through the list -----------------------------------------------------------------

  const items = () => Array.from(document.querySelectorAll(".list-item"));
  const currentIndex = (list) => list.findIndex((item) => item.getAttribute("aria-current") === "true");

  function go(step) {
    const list = items();
    const target = list[currentIndex(list) + step];
    if (target) {
      target.click();
      // At once: the next key counts from here, however long the record takes to come.
      mark((item) => item === target);
      target.scrollIntoView({ block: "nearest" });
    }
  }

  function mark(isCurrent) {
    items().forEach((item) => {
      if (isCurrent(item)) item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
    });
  }

  function markCurrent() {
    const path = window.location.pathname;
    mark((item) => new URL(item.href).pathname === path);
    const view = split();
    if (view) {
      view.classList.replace("shows-list", "shows-record");
      view.closest(".app").classList.add("has-actions");
    }
  }

  // --- deciding --------------------------------------------------------------------------------

  function approve() {
    const form = document.querySelector("form[data-action='approve']");
    if (form) form.requestSubmit();
  }

  function writeReason() {
    const reason = byId("reason");
    if (reason) focusIn(reason);
  }

  function comment() {
    const row = document.activeElement.closest("[data-path]") || document.querySelector("[data-path]");
    const pin = row && row.querySelector("details.pin");
    if (!pin) return;
    pin.open = true;
    focusIn(pin.querySelector("textarea"));
  }

  function focusIn(field) {
    field.focus({ preventScroll: true });
    field.scrollIntoView({ block: "center" });
  }

  function showPins() {
    const list = document.querySelector("[data-pin-list]");
    if (!list) return;
    const typed = Array.from(document.querySelectorAll("[data-pin]")).filter((pin) => pin.value.trim());
    list.replaceChildren(
      ...typed.map((pin) => {
        const line = document.createElement("li");
        const link = document.createElement("a");
        link.href = `#field-${pin.closest("[data-path]").dataset.path}`;
        link.textContent = pin.dataset.pin;
        line.append(link, ` ${pin.value.trim()}`);
        return line;
      }),
    );
  }

  // --- what was typed is kept in this tab until it is sent, whatever happens to the page ----------

  const draftKey = () => {
    const record = document.querySelector("[data-record]");
    return record ? `draft:${record.dataset.record}` : null;
  };
  const draftFields = () => Array.from(document.querySelectorAll("[data-pin], #reason"));

  function saveDraft() {
    const typed = draftFields().filter((field) => field.value.trim());
    if (typed.length === 0) sessionStorage.removeItem(draftKey());
    else sessionStorage.setItem(draftKey(), JSON.stringify(typed.map((field) => [field.name, field.value])));
  }

  function restoreDraft() {
    const done = document.querySelector("[data-done]");
    if (done) sessionStorage.removeItem(`draft:${done.dataset.done}`);
    const draft = new Map(JSON.parse((draftKey() && sessionStorage.getItem(draftKey())) || "[]"));
    draftFields().forEach((field) => {
      if (!draft.has(field.name) || field.value) return;
      field.value = draft.get(field.name);
      const pin = field.closest("details.pin");
      if (pin) pin.open = true;
    });
    showPins();
  }

  // --- a large file goes in pieces: no request is too large for the server ------------------------

  const PIECE_BYTES = 4 << 20;

  async function sendInPieces(form) {
    const file = form.elements.file.files[0];
    const [meter, failed] = [form.querySelector("progress"), form.querySelector("[data-failed]")];
    meter.hidden = false;
    failed.hidden = true;
    let [sent, place] = [0, { upload: "", href: "" }];
    try {
      do {
        const piece = file.slice(sent, sent + PIECE_BYTES);
        const body = new FormData();
        body.set("csrf_token", form.elements.csrf_token.value);
        body.set("upload", place.upload);
        body.set("offset", sent);
        body.set("more", "yes");
        body.set("file", piece, file.name);
        const answer = await fetch(form.action, { method: "POST", body, redirect: "error" });
        if (!answer.ok) throw new Error(answer.status);
        place = await answer.json();
        sent += piece.size;
        meter.value = sent / file.size;
      } while (sent < file.size);
      window.location.assign(place.href);
    } catch {
      failed.hidden = false;
      meter.hidden = true;
      delete form.dataset.sent;
    }
  }

  // --- wiring ----------------------------------------------------------------------------------

  const KEYS = {
    j: () => go(1),
    k: () => go(-1),
    a: approve,
    r: writeReason,
    c: comment,
    "?": () => byId("help").showModal(),
  };

  document.addEventListener("keydown", (event) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
    const isFree = split() && isPlain && !isTyping(event.target) && !document.querySelector("dialog[open]");
    const act = isFree && KEYS[event.key.toLowerCase()];
    if (act) {
      event.preventDefault();
      act();
    }
    if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
    if (event.key === "Enter" && event.ctrlKey && event.target.form && isTyping(event.target)) {
      event.target.form.requestSubmit();
    }
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) byId(opener.dataset.opens).showModal();
    if (event.target.closest("[data-action='return']")) window.setTimeout(writeReason, 0);
  });

  document.addEventListener("input", (event) => {
    if (!event.target.matches("[data-pin], #reason")) return;
    showPins();
    saveDraft();
  });

  // Typing another value chooses it.
  document.addEventListener("input", (event) => {
    const other = event.target.closest("[data-other]");
    if (other && event.target.type !== "radio") other.querySelector("input[type='radio']").checked = true;
  });

  // Opening a comment box puts the cursor into it.
  document.addEventListener(
    "toggle",
    (event) => {
      if (!event.target.matches("details.pin") || !event.target.open) return;
      const field = event.target.querySelector("textarea");
      if (!field.value) field.focus();
    },
    true,
  );

  // One decision is sent once, however often the key is pressed.
  document.addEventListener("submit", (event) => {
    if (event.target.method !== "post") return;
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "yes";
    if (event.target.matches("[data-leaves-desk]")) sessionStorage.clear();
    if (event.target.matches("[data-pieces]") && !event.defaultPrevented) {
      event.preventDefault();
      sendInPieces(event.target);
    }
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id !== "detail" && event.target.id !== "detail") return;
    markCurrent();
    const title = byId("record-title");
    if (title) title.focus({ preventScroll: true });
    byId("detail").scrollTo(0, 0);
    restoreDraft();
  });

  // Phones bring the chosen row and the open tab into sight.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
    const current = document.querySelector(".list-item[aria-current]");
    if (current) current.scrollIntoView({ block: "nearest" });
    restoreDraft();
  });
})();
