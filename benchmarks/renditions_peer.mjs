// sharp doing the same work as processing.imaging: one decode, 1024 -> 512 -> 256, nine outputs. One JSON line in, one out.
import { createRequire } from "node:module";
import { mkdirSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";

const require = createRequire(process.env.PEERS + "/package.json");
const sharp = require("sharp");
sharp.concurrency(1);
sharp.cache(false);

const SIZES = [1024, 512, 256];
const tune = process.env.SHARP_TUNE || "auto";
const encoders = {
  // effort 3 is speed 6 in libheif's scale (speed = 9 - effort).
  avif: (image, quality) => image.avif({ quality, effort: 3, chromaSubsampling: "4:2:0", tune }),
  webp: (image, quality) => image.webp({ quality }),
  jpeg: (image, quality) => image.jpeg({ quality }),
};

async function work({ path, out, quality, targets }) {
  const started = process.cpuUsage();
  let { data, info } = await sharp(path)
    .autoOrient()
    .resize(...targets[1024], { fit: "fill" })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  for (const size of SIZES) {
    if (size !== 1024) {
      ({ data, info } = await sharp(data, { raw: info })
        .resize(...targets[size], { fit: "fill" })
        .raw()
        .toBuffer({ resolveWithObject: true }));
    }
    for (const [kind, encode] of Object.entries(encoders)) {
      writeFileSync(`${out}/${size}.${kind}`, await encode(sharp(data, { raw: info }), quality[kind]).toBuffer());
    }
  }
  const used = process.cpuUsage(started);
  return { cpu: (used.user + used.system) / 1e6 };
}

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  mkdirSync(request.out, { recursive: true });
  console.log(JSON.stringify(await work(request)));
}
