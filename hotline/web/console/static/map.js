// Draws the points of every `.map` that the page holds; Leaflet sets what it needs through the CSSOM.
"use strict";

(() => {
  const RADIUS = { area: 7, incident: 9, urgent: 11 };

  // Areas are named to their right and incidents to their left, so that both can be read at one place.
  const SIDES = {
    area: { direction: "right", offset: [6, 0] },
    incident: { direction: "left", offset: [-8, 0] },
    urgent: { direction: "left", offset: [-10, 0] },
  };

  function draw(box) {
    if (box.dataset.drawn || typeof L === "undefined") return;
    box.dataset.drawn = "yes";
    const points = JSON.parse(box.dataset.points);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    const map = L.map(box, {
      zoomControl: false,
      attributionControl: false,
      zoomAnimation: !still,
      fadeAnimation: !still,
      maxZoom: 15,
    });
    L.control.zoom({ zoomInTitle: box.dataset.near, zoomOutTitle: box.dataset.far }).addTo(map);
    if (box.dataset.tiles) {
      L.tileLayer(box.dataset.tiles, { maxZoom: 15, referrerPolicy: "no-referrer" }).addTo(map);
    }
    for (const point of points) {
      const dot = L.circleMarker(point.at, {
        radius: RADIUS[point.kind],
        weight: 2,
        fillOpacity: 0.85,
        className: point.kind,
      });
      const label = document.createElement("span");
      label.textContent = point.name;
      dot.bindTooltip(label, { permanent: points.length <= 40, ...SIDES[point.kind] });
      dot.bindPopup(popup(point));
      dot.addTo(map);
    }
    const places = points.map((point) => point.at);
    const one = box.classList.contains("small") && points.find((point) => point.kind !== "area");
    if (one) map.setView(one.at, 12);
    else if (places.length > 1) map.fitBounds(places, { padding: [40, 40], maxZoom: 13 });
    else map.setView(places[0] || [34.05, -118.24], places.length ? 12 : 9);
  }

  function popup(point) {
    const box = document.createElement("div");
    const name = document.createElement(point.href ? "a" : "b");
    name.textContent = point.name;
    if (point.href) name.href = point.href;
    const where = document.createElement("div");
    where.textContent = point.where;
    box.append(name, where);
    return box;
  }

  function drawAll() {
    document.querySelectorAll(".map[data-points]").forEach(draw);
  }
  drawAll();
  document.addEventListener("htmx:after:swap", drawAll);
})();
