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
      target.scrollIntoView({ block: "nearest" });
    }
  }

  // Marked at once: the next key counts from here, however long the record takes to come.
  let asked = null;

  function ask(item) {
    asked = item;
    mark((one) => one === item);
  }

  function mark(isCurrent) {
    items().forEach((item) => {
      if (isCurrent(item)) item.setAttribute("aria-current", "true");
      else item.removeAttribute("aria-current");
    });
  }

  const isShown = (item) => {
    const shown = document.querySelector("[data-record]");
    return shown !== null && new URL(item.href).pathname.endsWith(`/${shown.dataset.record}`);
  };

  // Between the key and the answer another record stands open: nothing is decided or written on that one.
  const isWaiting = () => asked !== null && !isShown(asked);

  function markShown() {
    asked = null;
    mark(isShown);
  }

  // --- what may be decided: a record that a person has had before the eyes ------------------------

  const SEEN_AFTER_MS = 600;
  let seenTimer = null;

  function watchRecord() {
    window.clearTimeout(seenTimer);
    const record = document.querySelector("[data-record]");
    if (!record) return;
    delete record.dataset.seen;
    if (document.visibilityState === "hidden") return;
    seenTimer = window.setTimeout(() => {
      record.dataset.seen = "";
      tellViewing();
    }, SEEN_AFTER_MS);
  }

  // --- who else looks at it, and what has come meanwhile -------------------------------------------

  const TOLD_EVERY_MS = 20000;

  async function tellViewing() {
    const form = document.querySelector("[data-viewing]");
    if (!form || document.visibilityState === "hidden") return;
    const body = new FormData(form);
    body.set("shown", split()?.dataset.total || "0");
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "X-Background": "1" }, redirect: "error" });
      if (!answer.ok || !form.isConnected) return;
      const said = await answer.text();
      const place = form.querySelector("[aria-live]");
      if (place.innerHTML.trim() !== said.trim()) place.innerHTML = said;
      offerPick(form.closest("[data-record]").dataset.record);
    } catch {
      // The next call may get through; a server that is gone is told of where something is sent.
    }
  }

  // A record that was looked at may be approved with others, unless something is half typed on it.
  function offerPick(recordId) {
    const box = document.querySelector(`.pick input[value^="${recordId}:"]`);
    if (!box) return;
    const isTyped = window.drafts.isNamedHeld(`return:${recordId}`);
    box.disabled = isTyped;
    box.checked = box.checked && !isTyped;
    box.closest(".pick").hidden = false;
    byId("several").hidden = false;
  }

  function isSeen() {
    const record = document.querySelector("[data-record]");
    return record !== null && record.dataset.seen !== undefined && record.checkVisibility() && !isWaiting();
  }

  function focusHeading() {
    const title = byId("record-title");
    const heading = title && title.checkVisibility() ? title : document.querySelector("h1");
    const target = document.querySelector("[data-takes-focus], [autofocus]") || heading;
    if (!target) return;
    if (target.tabIndex < 0) target.tabIndex = -1;
    target.focus({ preventScroll: target === title });
  }

  // --- from flag to exception to difference -------------------------------------------------------

  function goException(step) {
    const rows = Array.from(document.querySelectorAll("[data-exception]"));
    const at = rows.indexOf(document.activeElement.closest("[data-exception]"));
    const next = rows[at < 0 && step < 0 ? rows.length - 1 : at + step];
    if (next) focusIn(next);
  }

  function showRecord() {
    // An answer that came before the one asked for last leaves the mark where it is.
    if (!isWaiting()) markShown();
    const view = split();
    if (view) {
      view.classList.replace("shows-list", "shows-record");
      view.closest(".app").classList.add("has-actions");
    }
  }

  // --- photos, large and turned --------------------------------------------------------------------

  const photos = () => Array.from(document.querySelectorAll("[data-photo]"));
  let photoAt = 0;
  let turns = 0;

  function showPhoto(index) {
    const all = photos();
    photoAt = (index + all.length) % all.length;
    const [box, link] = [byId("lightbox"), all[photoAt]];
    const image = box.querySelector("img");
    image.src = link.href;
    image.alt = link.dataset.photo;
    byId("lightbox-title").textContent = link.dataset.photo;
    box.querySelector("[data-place]").textContent = `${photoAt + 1}/${all.length}`;
    turnPhoto(-turns);
    if (!box.open) box.showModal();
  }

  function turnPhoto(by) {
    turns = (turns + by + 4) % 4;
    byId("lightbox").querySelector("img").className = `turn-${turns}`;
  }

  const LIGHTS = {
    before: () => showPhoto(photoAt - 1),
    after: () => showPhoto(photoAt + 1),
    turn: () => turnPhoto(1),
  };
  const LIGHT_KEYS = { ArrowLeft: "before", ArrowRight: "after", r: "turn", R: "turn" };

  // --- deciding --------------------------------------------------------------------------------

  function approve() {
    const button = document.querySelector("[data-action='approve']");
    if (button) button.form.requestSubmit(button);
  }

  function pick() {
    const row = document.querySelector(".list-item[aria-current]");
    const box = row && row.closest("li").querySelector(".pick:not([hidden]) input:enabled");
    if (box) box.click();
  }

  function writeIn(id) {
    const field = byId(id);
    if (field) focusIn(field);
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

  // --- a count and its parts: what they add up to, as it is typed ---------------------------------

  function numberIn(path) {
    const field = document.querySelector(`[name="typed:${path}"]`);
    const digits = field ? field.value.replace(/[.,\s]/g, "") : "";
    return /^\d+$/.test(digits) ? Number(digits) : null;
  }

  function showSums() {
    document.querySelectorAll("[data-sum-of]").forEach((line) => {
      const parts = line.dataset.sumOf.split(" ").map(numberIn);
      const sum = parts.reduce((before, count) => before + (count || 0), 0);
      line.querySelector("output").textContent = String(sum);
      line.classList.toggle("text-bad", sum !== numberIn(line.dataset.sum));
      line.classList.toggle("text-ok", sum === numberIn(line.dataset.sum));
      line.hidden = false;
    });
  }

  function showTyped() {
    showPins();
    showSums();
  }

  // --- a large file goes in pieces: no request is too large for the server ------------------------

  async function sendInPieces(form) {
    const file = form.elements.file.files[0];
    const [meter, failed] = [form.querySelector("progress"), form.querySelector("[data-failed]")];
    meter.hidden = false;
    failed.hidden = true;
    let [sent, place] = [0, { upload: "", href: "" }];
    try {
      do {
        const piece = file.slice(sent, sent + Number(form.dataset.pieceBytes));
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

  // --- a server that does not answer ---------------------------------------------------------------

  const sayNoAnswer = (isSilent) => {
    byId("no-answer").hidden = !isSilent;
  };

  // Asked before a form goes: a page that the browser puts in place of an unsent form cannot bring it back.
  async function isServerThere() {
    const asked = { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(10000) };
    try {
      return (await fetch(document.querySelector("link[rel='icon']").href, asked)).ok;
    } catch {
      return false;
    }
  }

  async function send(form, button) {
    form.dataset.sent = "asked";
    const isThere = await isServerThere();
    sayNoAnswer(!isThere);
    if (isThere) {
      form.dataset.sent = "yes";
      form.requestSubmit(button);
    } else {
      delete form.dataset.sent;
    }
  }

  // --- wiring ----------------------------------------------------------------------------------

  const KEYS = {
    j: () => go(1),
    k: () => go(-1),
    n: () => goException(1),
    p: () => goException(-1),
    a: () => isSeen() && approve(),
    r: () => isWaiting() || writeIn("reason"),
    c: () => isWaiting() || comment(),
    x: () => pick(),
    "?": () => byId("help").showModal(),
  };

  // A key that is held down moves through lists; it decides and writes nothing.
  const REPEATED = "jknp";

  // Ctrl+K or / opens the search, or puts the cursor into it.
  const openSearch = (event) => {
    const link = document.querySelector("[data-search]");
    if (!link || document.querySelector("dialog[open]")) return;
    event.preventDefault();
    const field = document.querySelector("[role='search'] input[type='search']");
    if (link.getAttribute("aria-current") && field) field.select();
    else window.location.assign(link.href);
  };

  // The arrow keys go from the field through what was found and back.
  const stepHits = (event) => {
    const field = document.querySelector("[role='search'] input[type='search']");
    const stops = [field, ...document.querySelectorAll("[data-hits] a.hit")];
    const at = stops.indexOf(document.activeElement);
    const next = at < 0 || stops.length < 2 ? null : stops[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  // J and K go through the rows of a table, whose first link Enter opens.
  const stepRows = (event, by) => {
    const links = [...document.querySelectorAll("#found tbody tr, .page > .card tbody tr")]
      .map((row) => row.querySelector("a"))
      .filter(Boolean);
    if (!links.length) return;
    const row = document.activeElement.closest("tbody tr");
    const at = row ? links.indexOf(row.querySelector("a")) : by > 0 ? -1 : links.length;
    const next = links[at + by];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  document.addEventListener("keydown", (event) => {
    const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.isComposing;
    const isFree = split() && isPlain && !isTyping(event.target) && !document.querySelector("dialog[open]");
    const light = byId("lightbox")?.open && isPlain && LIGHT_KEYS[event.key];
    if (light) {
      event.preventDefault();
      LIGHTS[light]();
    }
    const key = event.key.toLowerCase();
    const act = isFree && KEYS[key];
    if (act) {
      event.preventDefault();
      if (!event.repeat || REPEATED.includes(key)) act();
    }
    const isCtrlK = key === "k" && (event.ctrlKey || event.metaKey) && !event.altKey;
    if (isCtrlK || (event.key === "/" && isPlain && !isTyping(event.target))) openSearch(event);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") stepHits(event);
    const step = { j: 1, k: -1 }[key];
    if (step && isPlain && !split() && !isTyping(event.target)) stepRows(event, step);
    if (event.key === "Escape" && isTyping(event.target)) event.target.blur();
    if (event.key === "Enter" && event.ctrlKey && event.target.form && isTyping(event.target)) {
      event.target.form.requestSubmit();
    }
  });

  document.addEventListener("click", (event) => {
    const item = event.target.closest(".list-item");
    if (item && !event.ctrlKey && !event.metaKey && !event.shiftKey) ask(item);
    const opener = event.target.closest("[data-opens]");
    if (opener) byId(opener.dataset.opens).showModal();
    const photo = event.target.closest("[data-photo]");
    if (photo && byId("lightbox") && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      showPhoto(photos().indexOf(photo));
    }
    const light = event.target.closest("[data-light]");
    if (light) LIGHTS[light.dataset.light]();
    const writes = event.target.closest("[data-focuses]");
    if (writes) window.setTimeout(() => writeIn(writes.dataset.focuses), 0);
  });

  // Typing another value chooses it.
  document.addEventListener("input", (event) => {
    const other = event.target.closest("[data-other]");
    if (other && event.target.type !== "radio") other.querySelector("input[type='radio']").checked = true;
    showTyped();
  });

  // A file that the server would refuse is told of before it is sent.
  document.addEventListener("change", (event) => {
    const { files, dataset } = event.target;
    if (!files || !dataset.maxBytes) return;
    const isTooLarge = Array.from(files).some((file) => file.size > Number(dataset.maxBytes));
    event.target.setCustomValidity(isTooLarge ? dataset.tooLarge : "");
    event.target.reportValidity();
  });

  // A text to paste elsewhere goes to the clipboard; where that is closed, it is marked for the keys.
  document.querySelectorAll("[data-copies]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => {
      const text = byId(button.dataset.copies);
      const said = button.parentElement.querySelector("[data-copied]");
      text.select();
      if (!navigator.clipboard) return;
      navigator.clipboard.writeText(text.value).then(
        () => (said.textContent = said.dataset.copied),
        () => text.focus(),
      );
    });
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

  // One decision is sent once, however often the key is pressed; one with a draft when the server is there.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    // An answer that is a file leaves the page and its form where they are.
    if (form.method !== "post" || event.submitter?.hasAttribute("data-gives-file")) return;
    // The second click of two lands on the record that has come up in between.
    if (event.submitter && event.submitter.dataset.action === "approve" && !isSeen()) {
      event.preventDefault();
      return;
    }
    if (form.dataset.sent === "yes" || (!form.dataset.sent && !window.drafts.isHeld(form))) {
      form.dataset.sent = "gone";
      if (form.dataset.pieceBytes) {
        event.preventDefault();
        sendInPieces(form);
      }
      return;
    }
    event.preventDefault();
    if (!form.dataset.sent) send(form, event.submitter);
  });

  // The list marked the record that was asked for; what stands open is still the one before.
  document.addEventListener("htmx:sendError", () => {
    sayNoAnswer(true);
    markShown();
  });

  document.addEventListener("htmx:responseError", (event) => {
    if (event.detail.xhr.status !== 401) window.location.assign(event.detail.pathInfo.requestPath);
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id !== "detail" && event.target.id !== "detail") return;
    showRecord();
    watchRecord();
    focusHeading();
    byId("detail").scrollTo(0, 0);
    sayNoAnswer(false);
    const record = document.querySelector("[data-record]");
    if (record) byId("announce").textContent = record.dataset.announce;
  });

  // Phones bring the chosen row and the open tab into sight.
  window.addEventListener("pageshow", () => {
    document.querySelectorAll("form[data-sent]").forEach((form) => delete form.dataset.sent);
    const current = document.querySelector(".list-item[aria-current]");
    if (current) current.scrollIntoView({ block: "nearest" });
    showTyped();
    watchRecord();
    if (document.activeElement === document.body && !window.location.hash) focusHeading();
    document.querySelectorAll("[data-expires-s]").forEach((form) => {
      window.setTimeout(() => form.remove(), Number(form.dataset.expiresS) * 1000);
    });
  });

  // What was typed before stands in the forms again.
  document.addEventListener("drafts", showTyped);

  document.addEventListener("visibilitychange", watchRecord);
  window.setInterval(tellViewing, TOLD_EVERY_MS);
})();
