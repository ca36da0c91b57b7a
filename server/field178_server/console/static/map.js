// The map beside a list. Without this file the table has the same rows.
"use strict";

(() => {
  const [OLD, OPEN] = [1, 2];
  const [FURTHEST_OUT, FURTHEST_IN] = [5, 18];
  const WHOLE_COUNTRY = [
    [8.3, 102.1],
    [23.4, 109.5],
  ];
  const drawn = new WeakSet();

  const element = (name, text, className) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  };

  // --- what lies under the marks -------------------------------------------------------------------

  const Grid = L.GridLayer.extend({
    createTile: () => element("div", "", "map-grid"),
  });

  // Pictures out of a PMTiles file, which is read by ranges.
  const Pictures = L.GridLayer.extend({
    initialize(file, options) {
      L.setOptions(this, options);
      this.file = file;
    },
    createTile(place, done) {
      const picture = element("img");
      picture.alt = "";
      this.file
        .getZxy(place.z, place.x, place.y)
        .then((tile) => {
          if (!tile) return done(null, picture);
          picture.onload = () => {
            URL.revokeObjectURL(picture.src);
            done(null, picture);
          };
          picture.src = URL.createObjectURL(new Blob([tile.data]));
        })
        .catch((error) => done(error, picture));
      return picture;
    },
  });

  const isDark = () => getComputedStyle(document.documentElement).colorScheme === "dark" || isDarkBySystem();
  const isDarkBySystem = () =>
    !document.documentElement.dataset.theme && window.matchMedia("(prefers-color-scheme: dark)").matches;

  async function addGround(map, { ground, groundSource }) {
    if (!ground) {
      new Grid().addTo(map);
      return;
    }
    const { p: file } = new protomapsL.PmtilesSource(new URL(groundSource, window.location.href).href, false);
    const { minZoom, maxZoom } = await file.getHeader();
    const flavor = isDark() ? "dark" : "light";
    const layer =
      ground === "vector"
        ? protomapsL.leafletLayer({ url: file, maxDataZoom: maxZoom, flavor, lang: "vi", attribution: "© OpenStreetMap" })
        : new Pictures(file, { minZoom, maxNativeZoom: maxZoom });
    layer.addTo(map);
  }

  // Names of communes in the middle of each; where two would lie on each other, the later one waits.
  function addCommunes(map, communes) {
    const labels = communes.map(([name, lat, lon]) => {
      const icon = L.divIcon({ className: "map-commune", html: element("span", name), iconSize: null });
      const label = { icon, interactive: false, keyboard: false, zIndexOffset: -1000 };
      return L.marker([lat, lon], label).addTo(map).getElement();
    });
    const thin = () => {
      const taken = [];
      labels.forEach((label) => {
        label.setAttribute("aria-hidden", "true");
        const box = label.firstChild.getBoundingClientRect();
        const isFree = taken.every((other) => isApart(box, other));
        label.classList.toggle("is-covered", !isFree);
        if (isFree) taken.push(box);
      });
    };
    map.on("zoomend", thin);
    thin();
  }

  const isApart = (one, other) =>
    one.right < other.left || other.right < one.left || one.bottom < other.top || other.bottom < one.top;

  // --- marks and their cards -----------------------------------------------------------------------

  function pinOf(card, key, flags, name) {
    const pin = element("span", "", "map-pin");
    pin.classList.toggle("is-old", Boolean(flags & OLD));
    pin.classList.toggle("is-open", Boolean(flags & OPEN));
    pin.append(card.querySelector(`[data-mark="${key}"] svg`).cloneNode(true));
    pin.append(element("span", name, "visually-hidden"));
    return pin;
  }

  const flagText = (card, name) => card.querySelector(`[data-flag="${name}"] > span:nth-child(2)`).textContent;

  // The drawing of a mark is made when it comes into sight: most of many thousands never do.
  const Mark = L.DivIcon.extend({
    createIcon(old) {
      const icon = L.DivIcon.prototype.createIcon.call(this, old);
      icon.append(pinOf(...this.options.pin()));
      return icon;
    },
  });

  function marksOf(card, found) {
    return found.points.map((point) => {
      const [id, lat, lon, key, flags, title, ...numbers] = point;
      const lines = () => numbers.map((number) => found.words[number]).filter(Boolean);
      const pin = () => [card, key, flags, [title, ...lines()].join(", ")];
      const icon = new Mark({ className: "map-icon", iconSize: [28, 28], html: false, pin });
      const about = { id, key, flags, title, lines, href: found.href + id };
      return L.marker([lat, lon], { icon, about });
    });
  }

  function cardOf(card, about, openText) {
    const made = element("div", "", "map-popup");
    made.append(element("strong", about.title));
    about.lines().forEach((line) => made.append(element("span", line)));
    if (about.flags & OPEN) made.append(element("span", flagText(card, "open"), "text-bad"));
    const link = element("a", openText);
    link.href = about.href;
    link.append(element("span", ` ${about.title}`, "visually-hidden"));
    made.append(link);
    return made;
  }

  function clusterIcon(text) {
    return (cluster) => {
      const inside = cluster.getAllChildMarkers();
      const isOpen = inside.some((mark) => mark.options.about.flags & OPEN);
      const ring = element("span", String(inside.length), `map-cluster${isOpen ? " is-open" : ""}`);
      const label = element("span", "", "visually-hidden");
      label.textContent = text.replace("{count}", inside.length);
      ring.setAttribute("aria-hidden", "true");
      const both = element("span");
      both.append(ring, label);
      return L.divIcon({ className: "map-icon", html: both, iconSize: [40, 40] });
    };
  }

  // --- one map -------------------------------------------------------------------------------------

  function makeMap(place, data) {
    const isStill = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = L.map(place, {
      minZoom: FURTHEST_OUT,
      maxZoom: FURTHEST_IN,
      zoomControl: false,
      scrollWheelZoom: false,
      fadeAnimation: !isStill,
      zoomAnimation: !isStill,
      markerZoomAnimation: !isStill,
    });
    map.attributionControl.setPrefix(false);
    L.control.zoom({ zoomInTitle: data.textZoomIn, zoomOutTitle: data.textZoomOut }).addTo(map);
    L.control.scale({ imperial: false }).addTo(map);
    map.fitBounds(WHOLE_COUNTRY);
    // The wheel scrolls the page until somebody works with the map.
    map.on("focus click", () => map.scrollWheelZoom.enable());
    map.on("blur", () => map.scrollWheelZoom.disable());
    return map;
  }

  function showCard(map, card, mark, data) {
    const content = cardOf(card, mark.options.about, data.textOpen);
    const popup = L.popup({ content, offset: [0, -8], minWidth: 200, autoPanPadding: [24, 24] });
    popup.setLatLng(mark.getLatLng()).openOn(map);
    popup.getElement().querySelector(".leaflet-popup-close-button").setAttribute("aria-label", data.textClose);
    content.querySelector("a").focus({ preventScroll: true });
    popup.on("remove", () => mark.getElement()?.focus({ preventScroll: true }));
  }

  function tell(card, found) {
    card.querySelector("[data-map-said]").textContent = found.said;
    const unplaced = card.querySelector("[data-map-unplaced]");
    unplaced.textContent = found.unplaced;
    unplaced.hidden = !found.unplaced;
    const count = (test) => found.points.filter(test).length.toLocaleString(document.documentElement.lang);
    card.querySelectorAll("[data-mark]").forEach((row) => {
      row.querySelector("[data-count]").textContent = count((point) => point[3] === row.dataset.mark);
    });
    card.querySelectorAll("[data-flag]").forEach((row) => {
      const bit = { old: OLD, open: OPEN }[row.dataset.flag];
      row.querySelector("[data-count]").textContent = count((point) => point[4] & bit);
    });
  }

  async function draw(place) {
    drawn.add(place);
    const [card, data] = [place.closest(".map-card"), place.dataset];
    card.querySelector("[data-map-without]").hidden = true;
    card.querySelector("[data-map-with]").hidden = false;
    const map = makeMap(place, data);
    // Marks without a ground are better than none: a file that cannot be read takes nothing else away.
    addGround(map, data).catch(() => new Grid().addTo(map));
    try {
      const answer = await fetch(data.source, { headers: { Accept: "application/json" }, redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      const found = await answer.json();
      if (!place.isConnected) return;
      fill(map, card, data, found);
    } catch {
      card.querySelector("[data-map-said]").textContent = data.textFailed;
    }
  }

  function fill(map, card, data, found) {
    const group = L.markerClusterGroup({
      iconCreateFunction: clusterIcon(data.textCluster),
      showCoverageOnHover: false,
      maxClusterRadius: 50,
      chunkedLoading: true,
      animate: !window.matchMedia("(prefers-reduced-motion: reduce)").matches,
    });
    const marks = marksOf(card, found);
    group.addLayers(marks);
    const show = (mark) => showCard(map, card, mark, data);
    group.on("click", (event) => show(event.layer));
    group.on("keypress", (event) => event.originalEvent.key === "Enter" && show(event.layer));
    map.getContainer().addEventListener("keydown", (event) => event.key === "Escape" && map.closePopup());
    if (marks.length) map.fitBounds(group.getBounds(), { padding: [32, 32], maxZoom: 15, animate: false });
    group.addTo(map);
    if (!data.ground) addCommunes(map, found.communes);
    const wanted = window.location.hash.replace("#point-", "");
    const mark = marks.find((one) => one.options.about.id === wanted);
    if (mark) {
      map.getContainer().scrollIntoView({ block: "center" });
      group.zoomToShowLayer(mark, () => show(mark));
    }
    tell(card, found);
    map.getContainer().dataset.marks = marks.length;
  }

  function drawAll() {
    document.querySelectorAll("[data-map]").forEach((place) => drawn.has(place) || draw(place));
  }

  // The filters of the list bring another map with another table.
  document.addEventListener("htmx:afterSettle", drawAll);
  drawAll();
})();
