// A part of the diagram as an SVG file of its own, with the lanes' names above it.

const HEAD = 34;

function pictureOf(drawing, top, bottom) {
  const { run, width } = drawing;
  const height = HEAD + bottom - top + 8;
  const names = run.lanes.map((lane, i) => `<text class="lane-name" text-anchor="middle" x="${n1(drawing.x(i))}" y="21">${escapeText(lane.name)}</text>`).join("");
  const picked = drawing.picked;
  drawing.picked = null;
  const inner = drawing.draw(top, bottom);
  drawing.picked = picked;
  return `<svg xmlns="http://www.w3.org/2000/svg" class="picture" width="${n1(width)}" height="${n1(height)}" viewBox="0 0 ${n1(width)} ${n1(height)}" role="img" aria-label="${escapeText(run.title)}">`
    + `<style>${$("picture-style").textContent}</style>${DEFINITIONS}${names}<line class="tick" x1="0" x2="${n1(width)}" y1="${HEAD - 4}" y2="${HEAD - 4}"/>`
    + `<svg x="0" y="${HEAD}" width="${n1(width)}" height="${n1(bottom - top + 8)}" viewBox="0 ${n1(top)} ${n1(width)} ${n1(bottom - top + 8)}">`
    + inner.replace(/<(line|path) class="hit"[^>]*\/>/g, "").replace(/ data-i="\d+"/g, "") + "</svg></svg>\n";
}

function savePicture(drawing, top, bottom) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([pictureOf(drawing, top, bottom)], { type: "image/svg+xml" }));
  link.download = drawing.run.title.replace(/[^\w-]+/g, "-") + ".svg";
  link.click();
  URL.revokeObjectURL(link.href);
}
