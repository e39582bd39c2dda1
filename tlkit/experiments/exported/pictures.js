// What Pillow does with a picture before the network sees it, number for number: ImageOps.fit(picture, size, BILINEAR),
// in RGBA, and then on white.
"use strict";

const MOST = 89478485; // pixels; Pillow takes more of them for an attack, too
const EXACT = 2 ** 22; // Pillow weighs in whole parts of this

/** Which pixels make each new one, and how much each of them counts: {first, weights} for `out` of them. */
function weigh(size, from, to, out) {
  const step = Math.fround(Math.fround(to) - Math.fround(from)) / out;
  const reach = Math.max(step, 1);
  return Array.from({ length: out }, (_, place) => {
    const centre = Math.fround(from) + (place + 0.5) * step;
    const first = Math.max(Math.trunc(centre - reach + 0.5), 0);
    const last = Math.min(Math.trunc(centre + reach + 0.5), size);
    const near = Array.from({ length: last - first }, (_, i) => 1 - Math.abs((first + i - centre + 0.5) / reach));
    const total = near.map(each => Math.max(each, 0)).reduce((sum, each) => sum + each, 0);
    return { first, weights: near.map(each => Math.trunc(0.5 + (Math.max(each, 0) / total) * EXACT)) };
  });
}

/** Bring one direction to its new size, in so many `lines`: how far pixels and lines are apart, before and after. */
function shrink(pixels, weighed, lines, [step, line], [outStep, outLine]) {
  const into = new Uint8Array(lines * weighed.length * 4);
  for (let row = 0; row < lines; row++) {
    weighed.forEach(({ first, weights }, place) => {
      for (let part = 0; part < 4; part++) {
        let sum = EXACT / 2;
        let at = row * line + first * step + part;
        for (let i = 0; i < weights.length; i++, at += step) sum += pixels[at] * weights[i];
        into[row * outLine + place * outStep + part] = Math.min(Math.floor(sum / EXACT), 255);
      }
    });
  }
  return into;
}

/** Colours times their share of opacity, in place: what is clear has no say in its neighbours' colour. */
function weighByOpacity(pixels) {
  for (let at = 0; at < pixels.length; at += 4) {
    if (pixels[at + 3] === 255) continue;
    for (let part = 0; part < 3; part++) {
      const product = pixels[at + part] * pixels[at + 3] + 128;
      pixels[at + part] = ((product >> 8) + product) >> 8;
    }
  }
  return pixels;
}

/** The colours of such pixels, in place. */
function unweigh(pixels) {
  for (let at = 0; at < pixels.length; at += 4) {
    const opacity = pixels[at + 3];
    if (opacity === 0 || opacity === 255) continue;
    for (let part = 0; part < 3; part++) {
      pixels[at + part] = Math.min(Math.trunc((255 * pixels[at + part]) / opacity), 255);
    }
  }
  return pixels;
}

/** RGBA on white, as RGB. */
function onWhite(pixels) {
  return Uint8Array.from({ length: (pixels.length / 4) * 3 }, (_, i) => {
    const at = Math.trunc(i / 3) * 4;
    const opacity = pixels[at + 3];
    if (opacity === 0) return 255;
    const mixed = (pixels[at + (i % 3)] * opacity + 255 * (255 - opacity) + 128) * 128;
    return (((mixed >> 8) + mixed) >> 8) >> 7;
  });
}

/** RGBA pixels (height, width, 4) as RGB (tall, wide, 3): the largest middle part of that shape, made smaller. */
function fit(pixels, width, height, wide, tall) {
  if (width === wide && height === tall) return onWhite(pixels);
  const wanted = wide / tall;
  const across = width / height >= wanted ? wanted * height : width;
  const down = width / height >= wanted ? height : width / wanted;
  const left = (width - across) * 0.5;
  const top = (height - down) * 0.5;
  const columns = weigh(width, left, left + across, wide);
  const rows = weigh(height, top, top + down, tall);
  const given = weighByOpacity(pixels);
  const inRows = length => [4, 4 * length]; // pixel after pixel, line after line
  const inColumns = length => [4 * length, 4];
  if (width * tall < wide * height) { // first what leaves less to do, as Pillow does from 13 on
    const low = shrink(given, rows, width, inColumns(width), inColumns(width));
    return onWhite(unweigh(shrink(low, columns, tall, inRows(width), inRows(wide))));
  }
  const narrow = shrink(given, columns, height, inRows(width), inRows(wide));
  return onWhite(unweigh(shrink(narrow, rows, wide, inColumns(wide), inColumns(wide))));
}

/** RGB as the grey that Pillow makes of it. */
function grey(pixels) {
  return Uint8Array.from({ length: pixels.length / 3 }, (_, i) =>
    (pixels[3 * i] * 19595 + pixels[3 * i + 1] * 38470 + pixels[3 * i + 2] * 7471 + 0x8000) >> 16);
}

/** The pixels of a picture or of a video's frame, upright, in the file's own colours, as Pillow takes them. */
async function pixelsOf(source) {
  const bitmap = await createImageBitmap(source, { colorSpaceConversion: "none" });
  if (bitmap.width * bitmap.height > MOST) throw new Error("it has too many pixels: make it smaller");
  const canvas = Object.assign(document.createElement("canvas"), { width: bitmap.width, height: bitmap.height });
  const brush = canvas.getContext("2d", { willReadFrequently: true });
  brush.drawImage(bitmap, 0, 0);
  bitmap.close();
  return brush.getImageData(0, 0, canvas.width, canvas.height);
}

/** A picture as an item of the model: `shape` is (height, width) or (height, width, 3). */
async function pictureItem(source, shape) {
  const image = await pixelsOf(source);
  const fitted = fit(image.data, image.width, image.height, shape[1], shape[0]);
  return shape.length === 2 ? grey(fitted) : fitted;
}

/** An array as numpy.save writes it, as numbers; it must have that shape. */
async function arrayItem(file, shape) {
  const kinds = { "|u1": Uint8Array, "|i1": Int8Array, "<u2": Uint16Array, "<i2": Int16Array, "<i4": Int32Array,
    "<i8": BigInt64Array, "<f4": Float32Array, "<f8": Float64Array };
  const bytes = await file.arrayBuffer();
  const view = new DataView(bytes);
  if (bytes.byteLength < 12 || new TextDecoder("latin1").decode(bytes.slice(1, 6)) !== "NUMPY") {
    throw new Error("it holds no array as numpy.save writes it");
  }
  const start = view.getUint8(6) === 1 ? 10 : 12;
  const length = start === 10 ? view.getUint16(8, true) : view.getUint32(8, true);
  const header = new TextDecoder("latin1").decode(bytes.slice(start, start + length));
  const kind = kinds[/'descr': '([^']*)'/.exec(header)?.[1]];
  const found = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "").split(",").filter(each => each.trim()).map(Number);
  if (!kind || /'fortran_order': True/.test(header) || found.join() !== shape.join()) {
    throw new Error(`the model takes arrays of the shape ${shape.join(" x ")}, and this is another`);
  }
  return Float32Array.from(new kind(bytes.slice(start + length)), Number);
}
