// The session of this page: typing is use, a person who does nothing is warned before it ends.
"use strict";

(() => {
  const { officer, idleS, absoluteS, stay } = document.body.dataset;
  if (!officer) return;
  const WARNED_MS = 5 * 60 * 1000;
  const RENEWED_MS = 60 * 1000;
  const STORED = `field178-session:${officer}`;
  const dialog = document.getElementById("session-end");
  const texts = new Map(Array.from(dialog.querySelectorAll("[data-when]"), (line) => [line, line.textContent]));
  const clock = new Intl.DateTimeFormat("vi-VN", { timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit" });
  let ends = { idle: 0, absolute: 0 };
  let usedAt = Date.now();
  let timer = null;
  let closedFor = 0;

  // --- when it ends, for every window of this officer ----------------------------------------------

  function setEnds(idle_s, absolute_s) {
    usedAt = Date.now();
    ends = { idle: usedAt + idle_s * 1000, absolute: usedAt + absolute_s * 1000 };
    try {
      localStorage.setItem(STORED, JSON.stringify(ends));
    } catch {
      // A full storage: the other windows ask for themselves.
    }
    check();
  }

  function check() {
    window.clearTimeout(timer);
    const left = ends.idle - Date.now();
    if (left > WARNED_MS) dialog.close();
    else if (closedFor !== ends.idle || left <= 0) show(left <= 0 ? "ended" : isAbsolute() ? "absolute" : "idle");
    if (left > 0) timer = window.setTimeout(check, left > WARNED_MS ? left - WARNED_MS : left);
  }

  const isAbsolute = () => ends.absolute - ends.idle < 1000;

  function show(state) {
    texts.forEach((text, line) => {
      line.hidden = line.dataset.when !== state;
      line.textContent = text.replace("{time}", clock.format(ends.idle));
    });
    dialog.querySelectorAll("[data-typed]").forEach((line) => {
      line.hidden = !window.drafts.isTyped() || (line.dataset.typed === "kept") !== window.drafts.canKeep();
    });
    dialog.querySelector("[data-stays]").hidden = state !== "idle";
    dialog.querySelector("[data-signs-in]").hidden = state !== "ended";
    dialog.querySelector("[data-closes]").hidden = state === "idle";
    if (!dialog.open) dialog.showModal();
  }

  // --- use -----------------------------------------------------------------------------------------

  async function renew() {
    usedAt = Date.now();
    try {
      const answer = await fetch(stay, { redirect: "manual", cache: "no-store" });
      const session = answer.ok ? await answer.json() : null;
      if (session?.officer === officer) setEnds(session.idle_s, session.absolute_s);
      else if (answer.type === "opaqueredirect" || session) setEnds(0, 0);
    } catch {
      // No answer: the next key tries again.
    }
  }

  // An answer that a person asked for renews the session by itself, up to the minute in which it is written.
  function noteAnswer(event) {
    const isOwn = !event.detail.requestConfig?.headers["X-Background"];
    if (isOwn && event.detail.successful) setEnds(Number(idleS) - RENEWED_MS / 1000, (ends.absolute - Date.now()) / 1000);
  }

  document.addEventListener("input", () => Date.now() - usedAt >= RENEWED_MS && renew());
  document.addEventListener("htmx:afterRequest", noteAnswer);
  document.addEventListener("visibilitychange", check);
  dialog.querySelector("[data-stays]").addEventListener("click", renew);
  dialog.querySelector("[data-closes]").addEventListener("click", () => dialog.close());
  // Who closes the warning is there.
  dialog.addEventListener("cancel", () => ends.idle > Date.now() && !isAbsolute() && renew());
  dialog.addEventListener("close", () => (closedFor = ends.idle));
  window.addEventListener("storage", (event) => {
    if (event.key !== STORED || !event.newValue) return;
    ends = JSON.parse(event.newValue);
    check();
  });

  setEnds(Number(idleS), Number(absoluteS));
})();
